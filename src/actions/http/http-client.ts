import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type LookupFunction, Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Agent, buildConnector, Pool } from 'undici';
import { isOutOfFiles, OutOfFiles } from '../../http/open-files.js';
import type { Stop } from '../action.js';
import { CallClient, type Dial } from './call-client.js';
import { EgressGuard, EgressRefused } from './egress-guard.js';
import { RefusedNames } from './refused-names.js';
import { HostResolver } from './host-resolver.js';
import { type HttpAnswer, HttpExchange } from './http-exchange.js';

export const CONNECT_TIMEOUT_MS = 10_000;

/** A body may pause for so long. */
export const BODY_PAUSE_MS = 30_000;

export interface HttpCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
  readonly stop: Stop;
  /** How much of the answer's body is wanted, in bytes. */
  readonly keptBytes: number;
}

/** Calls URLs that users gave, by the egress guard's leave. Connections are kept and used again. */
@Injectable()
export class HttpClient implements OnApplicationShutdown {
  private readonly agent: Agent;
  /** The call that is on its way through the agent to the client that it takes. */
  private dispatched: HttpExchange | undefined;
  private readonly refusals = new RefusedNames();
  private readonly outOfFiles = new OutOfFiles('calls fail');
  /** By port, because egress rules look at it and a look-up is not told. Each remembers TLS sessions. */
  private readonly connectors = new LRUCache<number, buildConnector.connector>({
    max: 100,
    memoMethod: (port) =>
      buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false, lookup: this.lookup(port) }),
  });

  constructor(
    private readonly guard: EgressGuard,
    private readonly resolver: HostResolver,
  ) {
    this.agent = new Agent({
      factory: (origin, options) => new Pool(origin, { ...options, factory: this.newClient }),
      // How many there are of an origin is for the lanes of the run queue to decide: who waits here would lose time.
      pipelining: 1,
      // By HTTP/2 calls would share a connection, wait for its handshake, and end with it when one of them is given up.
      allowH2: false,
      // Most servers keep an idle connection for five seconds or longer.
      keepAliveTimeout: 4000,
      keepAliveMaxTimeout: 4000,
    });
  }

  /**
   * Redirects are not followed, bodies not decompressed. It ends as soon as it is told to stop.
   *
   * @throws EgressRefused, and what keeps an answer from beginning
   */
  async call(url: URL, { method, headers, body, timeoutMs, stop, keptBytes }: HttpCall): Promise<HttpAnswer> {
    const fault = this.guard.urlFault(url);
    if (fault !== undefined) throw new EgressRefused(fault);
    // undici's own `request` makes a stream of each answer, which takes a third of its time.
    const exchange = new HttpExchange(keptBytes);
    if (stop.isTold) throw new Error('it was told to stop');
    stop.whenTold(() => {
      exchange.stop();
    });
    this.dispatched = exchange;
    this.agent.dispatch(
      {
        ...{ origin: url.origin, path: url.pathname + url.search, method, headers, body: body ?? null },
        ...{ headersTimeout: timeoutMs, bodyTimeout: Math.min(timeoutMs, BODY_PAUSE_MS) },
      },
      exchange,
    );
    return exchange.answer;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  private readonly newClient = (origin: URL, options: object): CallClient =>
    new CallClient(
      origin,
      options,
      (target, callback) => this.connect(target, callback),
      (connection) => {
        if (this.dispatched) this.dispatched.connection = connection;
      },
    );

  private connect(options: buildConnector.Options, callback: buildConnector.Callback): Socket | undefined {
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
    const connector: (...parameters: Parameters<Dial>) => unknown = this.connectors.memo(port);
    const dialed = connector(options, (...[error, socket]: [Error | null, Socket | null]) => {
      // What the look-up let through is what the socket is connected to; this makes sure.
      if (isOutOfFiles(error)) this.outOfFiles.report();
      if (!socket) {
        callback(error ?? new Error('not connected'), null);
        return;
      }
      const address = remoteAddress(socket);
      if (!this.guard.addressFault(address, port)) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(this.refused(options.hostname, address, port), null);
    });
    return dialed instanceof Socket ? dialed : undefined;
  }

  /**
   * Why a name is not called. Its address is for the operator to know: whoever may name hosts is not to learn by that what
   * addresses they have inside.
   */
  private refused(host: string, address: string, port: number): EgressRefused {
    this.refusals.note(host, this.guard.addressFault(address, port) ?? '');
    return new EgressRefused(
      `${host} has no public address: it is called only when EGRESS_ALLOW lists the one it has (the log names it)`,
    );
  }

  /** A look-up that yields the addresses that may be called, and fails when there are none. */
  private lookup(port: number): LookupFunction {
    return (host, options, callback) => {
      this.resolver.resolve(host).then(
        (addresses) => {
          const allowed = addresses.filter(({ address }) => !this.guard.addressFault(address, port));
          const [first] = allowed;
          if (!first) callback(this.refused(host, addresses[0]?.address ?? '', port), []);
          else if (options.all) callback(null, allowed);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => {
          callback(error as NodeJS.ErrnoException, []);
        },
      );
    };
  }
}

const remoteAddress = (socket: Socket): string => (socket.remoteAddress ?? '').replace(/%.*$/, '');
