import pg from 'pg';
import { DataSource, type DataSourceOptions, type Migration } from 'typeorm';
import { type DatabaseConfig, describeDatabase, InvalidSettings } from '../config/app-config.js';
import { TooLate, within } from '../clock/deadline.js';
import { AnsweringClient, ANSWER_MS } from './answering-client.js';
import { MIGRATIONS } from './migrations.js';
import { refuseNewer } from './newer-database.js';
import { NodeConnection } from './node-connection.js';
import { PostgresDialect } from './postgres-dialect.js';
import { withSettings } from './postgres-url.js';

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** A connection that cannot be had for so long is a database that cannot be reached. */
const CONNECT_MS = 5000;

/** The end of a connection to a server that is silent is not waited for. */
const FAREWELL_MS = 2000;

/** How soon TCP begins to find out that a host has vanished on which something slow is done: a migration. */
const KEEPALIVE_MS = 10_000;

const OLDEST_VERSION = 13;

/** What holds on every connection. A node that is suspended within a transaction must not hold its locks for ever. */
const SETTINGS = { timezone: 'UTC', idle_in_transaction_session_timeout: '20000' };

/** Ids and counts have 64 bits there; the service never comes near 2^53 of anything. */
const types = {
  getTypeParser: (...asked: Parameters<typeof pg.types.getTypeParser>): unknown =>
    asked[0] === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(...asked),
};

export const postgresOptions = ({
  url,
  poolSize,
}: Extract<DatabaseConfig, { kind: 'postgres' }>): PostgresOptions => ({
  type: 'postgres',
  url: withSettings(url, SETTINGS),
  poolSize,
  connectTimeoutMS: CONNECT_MS,
  applicationName: 'scheduler-service',
  installExtensions: false,
  migrations: MIGRATIONS.postgres,
  migrationsTransactionMode: 'each',
  extra: { types, keepAlive: true, keepAliveInitialDelayMillis: KEEPALIVE_MS },
  // What was asked on a lost connection fails; an idle one is replaced.
  poolErrorHandler: () => undefined,
});

/**
 * A data source that has the entities' columns in PostgreSQL's types: instants as `timestamptz(3)`, and whole numbers
 * with 64 bits, as they have in SQLite. The metadata are of this data source alone, so that a process may have both.
 */
export class PostgresDataSource extends DataSource {
  protected override async buildMetadatas(): Promise<void> {
    await super.buildMetadatas();
    for (const column of this.entityMetadatas.flatMap(({ columns }) => columns)) {
      if (column.type === Date) Object.assign(column, { type: 'timestamp with time zone', precision: 3 });
      // By this name: TypeORM makes texts of generated numbers whose type it knows as bigint.
      else if (column.type === Number || column.type === 'integer') column.type = 'int8';
    }
  }

  override async runMigrations(...options: Parameters<DataSource['runMigrations']>): Promise<Migration[]> {
    await refuseNewer(this);
    return super.runMigrations(...options);
  }

  override async undoLastMigration(...options: Parameters<DataSource['undoLastMigration']>): Promise<void> {
    await refuseNewer(this);
    await super.undoLastMigration(...options);
  }
}

/**
 * The service's database on a PostgreSQL server: a pool for units of work, and one whose connections the server itself
 * keeps from writing.
 */
export class PostgresServiceDataSource extends PostgresDataSource {
  readonly writer: DataSource;
  readonly dialect = new PostgresDialect();
  private node: NodeConnection | undefined;

  constructor(
    private readonly given: PostgresOptions,
    private readonly alone: boolean,
    answerMs = ANSWER_MS,
  ) {
    const url = given.url ?? '';
    const answering = { ...given, extra: { ...(given.extra as object), Client: AnsweringClient, answerMs } };
    super({ ...answering, url: withSettings(url, { default_transaction_read_only: 'on' }) });
    this.writer = new PostgresDataSource(answering);
  }

  /** The connection that lets the server, and other nodes, know of this one. */
  get nodeConnection(): NodeConnection {
    if (!this.node) throw new Error('the data source is not initialized');
    return this.node;
  }

  /**
   * @throws DatabaseInUse when another process works on the database, and either has to be alone
   * @throws InvalidSettings when the server cannot be reached, or is not one that can be used
   */
  override async initialize(): Promise<this> {
    this.node = await this.connect();
    try {
      await assertUsable(this.node);
      await this.node.oneAtATime(() => this.migrate());
      await this.writer.initialize();
      return await super.initialize();
    } catch (error) {
      if (this.writer.isInitialized) await this.writer.destroy();
      await this.node.close();
      throw error;
    }
  }

  override async destroy(): Promise<void> {
    const ends = [super.destroy(), this.writer.destroy(), this.node?.close() ?? Promise.resolve()];
    await within(FAREWELL_MS, Promise.all(ends)).catch((error: unknown) => {
      if (!(error instanceof TooLate)) throw error;
    });
  }

  private async connect(): Promise<NodeConnection> {
    const url = this.given.url ?? '';
    try {
      return await NodeConnection.open(url, this.alone);
    } catch (error) {
      if (error instanceof Error && 'code' in error) {
        const where = describeDatabase({ kind: 'postgres', url, poolSize: 0 });
        throw new InvalidSettings(
          `DATABASE_URL: ${where} cannot be used: ${error.message || String(error.code)}`,
        );
      }
      throw error;
    }
  }

  /** On a connection that may take its time: building an index of a long history does. */
  private async migrate(): Promise<void> {
    const migrator = await new PostgresDataSource({ ...this.given, poolSize: 2 }).initialize();
    try {
      await migrator.runMigrations();
    } finally {
      await migrator.destroy();
    }
  }
}

/** @throws InvalidSettings for a server that is too old, or would lose or change what is stored */
async function assertUsable(node: NodeConnection): Promise<void> {
  const { version, encoding, commits } = await node.one<{
    version: number;
    encoding: string;
    commits: string;
  }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version,
            current_setting('server_encoding') AS encoding, current_setting('synchronous_commit') AS commits`,
  );
  const faults = [
    ...(version < OLDEST_VERSION ? [`it is PostgreSQL ${String(version)}`] : []),
    ...(encoding === 'UTF8' ? [] : [`its database has the encoding ${encoding}`]),
    ...(commits === 'off' ? ['it has synchronous_commit=off, so that it may lose what it confirmed'] : []),
  ];
  if (faults.length > 0)
    throw new InvalidSettings(
      `DATABASE_URL: the server cannot be used: ${faults.join(', ')}; it takes PostgreSQL ` +
        `${String(OLDEST_VERSION)} or later, a database in UTF8, and synchronous_commit=on`,
    );
}
