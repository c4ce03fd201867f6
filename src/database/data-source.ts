import type { DataSource, DataSourceOptions } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import type { Dialect } from './dialect.js';
import type { NodeConnection } from './node-connection.js';
import { PostgresDataSource, PostgresServiceDataSource, postgresOptions } from './postgres-data-source.js';
import { PostgresUnitOfWork } from './postgres-unit-of-work.js';
import { SqliteServiceDataSource, sqliteOptions } from './sqlite-data-source.js';
import { MigratingSqliteDataSource } from './migrating-sqlite-data-source.js';
import { SqliteUnitOfWork } from './sqlite-unit-of-work.js';
import type { UnitOfWork } from './unit-of-work.js';

/**
 * The service's database. Injected repositories and entity managers read through it, and are refused to write; every
 * write is a `UnitOfWork`, which uses `writer`.
 */
export interface ServiceDataSource extends DataSource {
  readonly writer: DataSource;
  readonly dialect: Dialect;
  /** By which other nodes are heard; undefined where there are none. */
  readonly nodeConnection?: NodeConnection;
}

/** How to open the database; without entities, which the modules (and ormconfig.ts) add. */
export const dataSourceOptions = ({ database }: AppConfig): DataSourceOptions =>
  database.kind === 'sqlite' ? sqliteOptions(database.file) : postgresOptions(database);

/** A data source for tools: what it opens is not locked, and may be written. */
export const toolDataSource = (options: DataSourceOptions): DataSource =>
  options.type === 'postgres' ? new PostgresDataSource(options) : new MigratingSqliteDataSource(options);

/** @param alone whether no other process may work on the database meanwhile; with SQLite none ever may */
export const serviceDataSource = (
  options: DataSourceOptions & { readonly alone?: boolean },
): ServiceDataSource =>
  options.type === 'postgres'
    ? new PostgresServiceDataSource(options, options.alone ?? true)
    : new SqliteServiceDataSource(options);

export const unitOfWorkOn = (dataSource: ServiceDataSource): UnitOfWork =>
  dataSource instanceof SqliteServiceDataSource
    ? new SqliteUnitOfWork(dataSource)
    : new PostgresUnitOfWork(dataSource.writer, dataSource.dialect);
