import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';

/** What a client sends over, also while it is being connected. */
export interface Connection {
  socket: Socket | undefined;
}

/** Begins to connect. The socket is there at once, the callback follows. */
export type Dial = (target: buildConnector.Options, callback: buildConnector.Callback) => Socket | undefined;

/**
 * One connection, which carries one call at a time, as undici's client; but it shows its socket.
 *
 * Whoever gives a call up has to end the socket by that. undici's own `abort` cannot, before there is a connection; and
 * after it, undici makes another connection for the call that was given up, which a silent target keeps for seconds.
 */
export class CallClient extends Client {
  private readonly connection: Connection;

  /** @param onDispatch told of the connection before each call that goes over it */
  constructor(
    origin: URL,
    options: Client.Options,
    dial: Dial,
    private readonly onDispatch: (connection: Connection) => void,
  ) {
    const connection: Connection = { socket: undefined };
    super(origin, {
      ...options,
      connect: (target, callback) => {
        connection.socket = dial(target, callback);
      },
    });
    this.connection = connection;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.onDispatch(this.connection);
    return super.dispatch(options, handler);
  }
}
