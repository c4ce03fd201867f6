import { Logger } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import { TooLate, within } from '../clock/deadline.js';
import { InvalidSettings } from '../config/app-config.js';
import { isRefusal, watchConnection } from './connection-watch.js';

/** A server that says nothing for so long is away, whatever its sockets look like. */
const ANSWER_MS = 5000;

const LONGEST_PAUSE_MS = 2000;

const CLOSED = 'it closed the connection';

const PROBE_KEY = '{scheduler}:probe';
const PROBE_LIFE_MS = 60_000;

/**
 * The connections of this process to the Redis server that REDIS_URL names. When the server is lost they reconnect for
 * ever; that it is lost, and that it is back, is logged once each, whatever the number of connections.
 *
 * Every command is answered within seconds, or fails: at once when its connection is lost (ioredis would forget it
 * without a word, or send it again), after `commandTimeout` when nothing is said.
 */
export class RedisConnections {
  private readonly logger = new Logger(RedisConnections.name);
  private readonly clients: Redis[] = [];
  private readonly watching: NodeJS.Timeout[] = [];
  private closed = false;
  private lastError = CLOSED;
  /** For commands that are worth nothing later: they fail at once while the server is away. */
  readonly impatient: Redis;

  private constructor(
    private readonly url: string,
    private readonly answerMs: number,
  ) {
    let opened = false as boolean;
    this.impatient = this.newClient({
      lazyConnect: true,
      enableOfflineQueue: false,
      retryStrategy: (times) => (opened ? pauseMs(times) : null),
    });
    this.impatient.once('ready', () => {
      opened = true;
      this.reportChanges();
    });
    this.watch(this.impatient, () => {
      this.lastError = new TooLate(answerMs).message;
      for (const client of this.clients) client.disconnect(true);
    });
  }

  /** @throws InvalidSettings when there is no Redis server that answers */
  static async open(url: string, answerMs = ANSWER_MS): Promise<RedisConnections> {
    const connections = new RedisConnections(url, answerMs);
    try {
      await within(answerMs, connections.impatient.connect());
      await connections.ping();
    } catch (error) {
      connections.close();
      const reason = error instanceof TooLate ? error.message : connections.lastError;
      throw new InvalidSettings(
        `REDIS_URL: ${new URL(url).host} cannot be used: ${reason}; it takes redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], ` +
          `or rediss:// for TLS, of a Redis server that can be reached`,
      );
    }
    return connections;
  }

  /**
   * One more connection. Its commands wait for the server while a connection is being made.
   *
   * @param blockMs how long its commands, or those of its duplicates, may wait for something to happen
   */
  connect(blockMs = 0): Redis {
    const client = this.newClient({ commandTimeout: this.answerMs + blockMs });
    this.watch(client);
    return client;
  }

  /** For BullMQ's worker: one that fails at once while the server is away, and a duplicate that waits for jobs. */
  connectWorker(blockMs: number): Redis {
    const client = this.newClient({ enableOfflineQueue: false });
    this.watch(client);
    client.duplicate = (override) => {
      // What waits for jobs waits for the server, too: BullMQ gives up on it, and resets it, by itself.
      const waiting = this.newClient({
        ...override,
        maxRetriesPerRequest: null,
        autoResendUnfulfilledCommands: true,
        commandTimeout: this.answerMs + blockMs,
      });
      this.watch(waiting);
      return waiting;
    };
    return client;
  }

  /** Whether the server is connected. It may be silent all the same; only a ping tells. */
  get isReady(): boolean {
    return this.impatient.status === 'ready';
  }

  /** Whether the server is connected, or is within this time. */
  async isReadyWithin(milliseconds: number): Promise<boolean> {
    if (this.isReady) return true;
    const ready = new Promise<void>((resolve) => this.impatient.once('ready', resolve));
    await within(milliseconds, ready).catch(() => undefined);
    return this.isReady;
  }

  /** Rejects, within seconds, when the server does not take what is written: it is away, full, or read-only. */
  async probe(): Promise<void> {
    await this.ask(() => this.impatient.set(PROBE_KEY, '', 'PX', PROBE_LIFE_MS));
  }

  close(): void {
    this.closed = true;
    for (const timer of this.watching) clearInterval(timer);
    for (const client of this.clients) client.disconnect();
  }

  private async ping(): Promise<void> {
    await this.ask(() => this.impatient.ping());
  }

  private async ask(command: () => Promise<unknown>): Promise<void> {
    if (!this.isReady) throw new Error(`Redis cannot be reached: ${this.lastError}`);
    try {
      await command();
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw this.impatient.status === 'ready'
        ? new TooLate(this.answerMs)
        : new Error(`Redis cannot be reached: ${this.lastError}`);
    }
  }

  private newClient(options: RedisOptions): Redis {
    const client = new Redis(this.url, {
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: this.answerMs,
      connectTimeout: this.answerMs,
      keepAlive: 10_000,
      // How long a server may take to say goodbye.
      disconnectTimeout: 500,
      retryStrategy: pauseMs,
      ...options,
    });
    // An error event that nobody listens to ends the process.
    client.on('error', (error: NodeJS.ErrnoException) => {
      // That what was asked fails with the connection says nothing of why it is lost.
      if (error.name !== 'MaxRetriesPerRequestError') this.lastError = error.message || String(error.code);
    });
    this.clients.push(client);
    return client;
  }

  private watch(
    client: Redis,
    onSilent = (): void => {
      client.disconnect(true);
    },
  ): void {
    const timer = watchConnection(client, this.answerMs, () => {
      if (!this.closed) onSilent();
    });
    this.watching.push(timer);
  }

  private reportChanges(): void {
    let lost = false;
    this.impatient.on('close', () => {
      if (lost || this.closed) return;
      lost = true;
      this.logger.error(`Redis is lost (${this.lastError}): runs wait in the database until it is back`);
    });
    this.impatient.on('ready', () => {
      this.lastError = CLOSED;
      if (!lost) return;
      lost = false;
      this.logger.log('Redis is back');
    });
  }
}

const pauseMs = (times: number): number => Math.min(50 * 2 ** times, LONGEST_PAUSE_MS);
