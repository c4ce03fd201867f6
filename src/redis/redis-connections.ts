import { Logger } from '@nestjs/common';
import { Redis, ReplyError, type RedisOptions } from 'ioredis';
import { InvalidSettings } from '../config/app-config.js';

/** A server that says nothing for so long is away, whatever its sockets look like. */
const ANSWER_MS = 5000;

const LONGEST_PAUSE_MS = 2000;

/**
 * The connections of this process to the Redis server that REDIS_URL names. When the server is lost they reconnect for
 * ever; that it is lost, and that it is back, is logged once each, whatever the number of connections.
 */
export class RedisConnections {
  private readonly logger = new Logger(RedisConnections.name);
  private readonly clients: Redis[] = [];
  private closed = false;
  private lastError = 'it closed the connection';
  /** For commands that are worth nothing later: they fail at once while the server is away. */
  readonly impatient: Redis;

  private readonly watching: NodeJS.Timeout;

  private constructor(
    private readonly url: string,
    private readonly answerMs: number,
  ) {
    let opened = false as boolean;
    this.impatient = this.connect({
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => (opened ? pauseMs(times) : null),
    });
    this.impatient.once('ready', () => {
      opened = true;
      this.reportChanges();
    });
    this.watching = setInterval(() => void this.watch(), answerMs);
  }

  /** @throws InvalidSettings when there is no Redis server that answers */
  static async open(url: string, answerMs = ANSWER_MS): Promise<RedisConnections> {
    const connections = new RedisConnections(url, answerMs);
    try {
      await within(answerMs, connections.impatient.connect());
      await connections.ping();
    } catch (error) {
      connections.close();
      const reason = error instanceof Silent ? error.message : connections.lastError;
      throw new InvalidSettings(
        `REDIS_URL: ${new URL(url).host} cannot be used: ${reason}; it takes redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], ` +
          `or rediss:// for TLS, of a Redis server that can be reached`,
      );
    }
    return connections;
  }

  /** One more connection. Its commands wait for the server when it is away, unless `options` say otherwise. */
  connect(options: RedisOptions = {}): Redis {
    const client = new Redis(this.url, {
      maxRetriesPerRequest: null,
      connectTimeout: this.answerMs,
      keepAlive: 10_000,
      // How long a server may take to say goodbye.
      disconnectTimeout: 500,
      retryStrategy: pauseMs,
      ...options,
    });
    // An error event that nobody listens to ends the process.
    client.on(
      'error',
      (error: NodeJS.ErrnoException) => (this.lastError = error.message || String(error.code)),
    );
    this.clients.push(client);
    return client;
  }

  /** Whether the server is connected. It may be silent all the same; only a ping tells. */
  get isReady(): boolean {
    return this.impatient.status === 'ready';
  }

  /** Rejects, within seconds, when the server does not answer. */
  async ping(): Promise<void> {
    if (!this.isReady) throw new Error(`Redis cannot be reached: ${this.lastError}`);
    await within(this.answerMs, this.impatient.ping());
  }

  close(): void {
    this.closed = true;
    clearInterval(this.watching);
    for (const client of this.clients) client.disconnect();
  }

  /**
   * A host that vanished closes no connection, and TCP takes a quarter of an hour to notice. New connections find the
   * server where it is by then.
   */
  private async watch(): Promise<void> {
    const { status } = this.impatient;
    if (status !== 'ready' && status !== 'connect') return;
    try {
      await this.ping();
    } catch {
      if (this.impatient.status !== status || this.closed) return;
      this.lastError = new Silent(this.answerMs).message;
      for (const client of this.clients) client.disconnect(true);
    }
  }

  private reportChanges(): void {
    let lost = false;
    this.impatient.on('close', () => {
      if (lost || this.closed) return;
      lost = true;
      this.logger.error(`Redis is lost (${this.lastError}): runs wait in the database until it is back`);
    });
    this.impatient.on('ready', () => {
      if (!lost) return;
      lost = false;
      this.logger.log('Redis is back');
    });
  }
}

/** Whether Redis answered, and said no: it has no memory left, is read-only, or the like. */
export const isRefusal = (error: unknown): boolean => error instanceof (ReplyError as ErrorConstructor);

const pauseMs = (times: number): number => Math.min(50 * 2 ** times, LONGEST_PAUSE_MS);

class Silent extends Error {
  constructor(milliseconds: number) {
    super(`it did not answer within ${String(milliseconds / 1000)} s`);
  }
}

/** What `promise` does, when it does so in time. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // After a turn in which this process did not listen, the answer may be there already: it comes first.
      setImmediate(() => {
        reject(new Silent(milliseconds));
      });
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
