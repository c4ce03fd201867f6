import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { within } from '../clock/deadline.js';
import { AnsweringClient } from './answering-client.js';
import { DatabaseInUse } from './database-in-use.js';
import { withSettings } from './postgres-url.js';

/** A process that was killed a moment ago may still be known to the server. */
const PATIENCE_MS = 3000;
const PAUSE_MS = 250;

/** What is asked on this connection is answered at once, or the server is lost. */
const ANSWER_MS = 5000;

/** So often it is asked whether it is still there, and the lock with it: nothing else would notice. */
const BEAT_MS = 5000;

const FAREWELL_MS = 1000;

const NODES = `hashtextextended('scheduler-service nodes', 0)`;
const TURN = `hashtextextended('scheduler-service turn', 0)`;

/** A host that vanished closes no connection: the server finds out within half a minute, and drops the lock. */
const KEEPALIVES = { tcp_keepalives_idle: '10', tcp_keepalives_interval: '5', tcp_keepalives_count: '4' };

/**
 * The connection by which a process is known to a PostgreSQL server: it holds an advisory lock, which the server drops
 * with the connection, and hears what other nodes notify. A process that has to be alone holds the lock exclusively,
 * nodes that work side by side share it. When the server was away the lock is taken again; when somebody else has it by
 * then, this process is not needed any more, and ends.
 */
export class NodeConnection {
  private readonly logger = new Logger(NodeConnection.name);
  private readonly listeners = new Map<string, (payload: string) => void>();
  private readonly beating: NodeJS.Timeout;
  private client: pg.Client;
  private backend = { pid: 0, since: '' };
  private closed = false;

  /** What happens when somebody else has the lock: two processes must not go on as if each were alone. */
  private onLost = (error: DatabaseInUse): void => {
    process.stderr.write(`The service ends: ${error.message}\n`);
    process.exit(1);
  };

  private constructor(
    private readonly url: string,
    private readonly alone: boolean,
  ) {
    this.client = this.newClient();
    // A silent client ends by itself, and is replaced then.
    this.beating = setInterval(() => void this.client.query('SELECT 1').catch(() => undefined), BEAT_MS);
  }

  /** @throws DatabaseInUse when another process holds the lock, and either has to be alone */
  static async open(url: string, alone: boolean): Promise<NodeConnection> {
    const node = new NodeConnection(url, alone);
    try {
      await node.connect();
      return node;
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  /** The one row that a query finds. */
  async one<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row> {
    const { rows } = await this.client.query<pg.QueryResultRow>(sql, [...parameters]);
    return rows[0] as Row;
  }

  /** Runs work that only one process at a time may do on this database. */
  async oneAtATime(work: () => Promise<void>): Promise<void> {
    // Asked again and again, for whoever has the turn may take long, and an answer must not.
    while (!(await this.one<{ held: boolean }>(`SELECT pg_try_advisory_lock(${TURN}) AS held`)).held)
      await delay(PAUSE_MS);
    try {
      await work();
    } finally {
      await this.client.query(`SELECT pg_advisory_unlock(${TURN})`);
    }
  }

  /** Calls the listener with what is notified on the channel, except while the server is away. */
  async listen(channel: string, listener: (payload: string) => void): Promise<void> {
    this.listeners.set(channel, listener);
    await this.client.query(`LISTEN ${channel}`);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.beating);
    await this.leave();
  }

  private newClient(): pg.Client {
    const client = new AnsweringClient({
      connectionString: withSettings(this.url, KEEPALIVES),
      keepAlive: true,
      connectionTimeoutMillis: 5000,
      answerMs: ANSWER_MS,
      application_name: 'scheduler-service node',
    });
    client.on('error', () => undefined);
    client.on('notification', ({ channel, payload }) => {
      this.hear(channel, payload ?? '');
    });
    return client;
  }

  /** Whoever may connect to the database may notify anything. */
  private hear(channel: string, payload: string): void {
    try {
      this.listeners.get(channel)?.(payload);
    } catch (error) {
      this.logger.warn(`a notification on ${channel} is dropped: ${String(error)}`);
    }
  }

  private async connect(): Promise<void> {
    const { client } = this;
    await client.connect();
    await this.endPredecessor();
    await this.take();
    this.backend = await this.one(
      `SELECT pid, backend_start::text AS since FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    );
    for (const channel of this.listeners.keys()) await client.query(`LISTEN ${channel}`);
    client.once('end', () => void this.reconnect());
  }

  /** The server may not know yet that the connection before this one is gone, and keep its lock. */
  private async endPredecessor(): Promise<void> {
    const { pid, since } = this.backend;
    await this.client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2',
      [pid, since],
    );
  }

  /** @throws DatabaseInUse */
  private async take(): Promise<void> {
    const lock = this.alone ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared';
    for (let waited = 0; ; waited += PAUSE_MS) {
      if ((await this.one<{ held: boolean }>(`SELECT ${lock}(${NODES}) AS held`)).held) return;
      if (waited >= PATIENCE_MS) throw new DatabaseInUse(this.alone ? OTHERS_THERE : ONE_ALONE_THERE);
      await delay(PAUSE_MS);
    }
  }

  /** A server that is silent does not say goodbye. */
  private async leave(): Promise<void> {
    await within(FAREWELL_MS, this.client.end()).catch(() => undefined);
  }

  private async reconnect(): Promise<void> {
    if (this.closed) return;
    this.logger.error('PostgreSQL is lost: what is due waits until it is back');
    while (!this.closed as boolean) {
      this.client = this.newClient();
      try {
        await this.connect();
        this.logger.log('PostgreSQL is back');
        return;
      } catch (error) {
        if (error instanceof DatabaseInUse) {
          this.onLost(error);
          return;
        }
        await this.leave();
        await delay(PAUSE_MS);
      }
    }
  }
}

const OTHERS_THERE =
  'The PostgreSQL database is in use by another process, and without REDIS_URL one process at a time works on it: ' +
  'stop the other one, or set REDIS_URL on each.';

const ONE_ALONE_THERE =
  'The PostgreSQL database is in use by a process that has to be alone: a service without REDIS_URL, or a tool such as ' +
  'npm run rotate-encryption-key. Stop it, or set REDIS_URL on each.';
