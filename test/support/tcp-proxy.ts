import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Time enough for a server to do what it was asked. */
const LOST_AFTER_MS = 200;

/**
 * A way to a server that can be interrupted as networks are: nobody is told. While it is, connections stay open and
 * carry nothing, and new ones are taken and answered by silence; afterwards everything that was sent arrives.
 */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private readonly stranded: (readonly [Socket, Socket])[] = [];
  private interrupted = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  /** To the host and port that a URL names. */
  static async to(url: string): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy(server, new URL(url));
    server.on('connection', (socket) => {
      proxy.join(socket);
    });
    return proxy;
  }

  /** The URL it was made with, by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  interrupt(): void {
    this.interrupted = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  mend(): void {
    this.interrupted = false;
    for (const pair of this.pairs) for (const socket of pair) socket.resume();
  }

  /** Ends the connections there are. New ones work. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Lets what is sent arrive and no answer come back, then ends the connections there are. */
  loseAnswers(): void {
    for (const [client, server] of this.pairs) {
      server.removeAllListeners('data');
      server.on('data', () => undefined);
      setTimeout(() => client.destroy(), LOST_AFTER_MS);
    }
  }

  /** Forgets the connections there are, as a router does that restarts: they stay open and carry nothing. New ones work. */
  strand(): void {
    for (const pair of this.pairs) {
      for (const socket of pair) {
        socket.removeAllListeners('data');
        socket.on('data', () => undefined);
      }
      this.stranded.push(pair);
      this.pairs.delete(pair);
    }
  }

  close(): void {
    for (const pair of this.stranded) for (const socket of pair) socket.destroy();
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
    this.server.close();
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    const pair = [client, server] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.on('data', (chunk) => {
        if (!to.write(chunk)) from.pause();
      });
      to.on('drain', () => {
        if (!this.interrupted) from.resume();
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.pairs.delete(pair);
        to.destroy();
      });
      if (this.interrupted) from.pause();
      else from.resume();
    }
  }
}
