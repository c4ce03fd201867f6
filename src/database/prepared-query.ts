import type { DataSource, EntityMetadata, ObjectLiteral, Repository, SelectQueryBuilder } from 'typeorm';
import { fromInstantText } from './columns.js';
import type { Dialect, FirstRow } from './dialect.js';

/** What a query's `:names` stand for. */
type Parameters<Name extends string> = Readonly<Record<Name, unknown>>;

/**
 * A query for one entity by its own columns that TypeORM puts together once: for a single row it needs ten times as
 * long for that as the database for the answer. For what is asked with every request.
 */
export class PreparedQuery<Entity extends ObjectLiteral, Name extends string> {
  private plan: Plan<Name> | undefined;

  /** @param narrow adds the conditions; entities go by the alias `row`, values by the `names` as parameters */
  constructor(
    private readonly dialect: Dialect,
    private readonly repository: Repository<Entity>,
    private readonly names: readonly Name[],
    private readonly narrow: (query: SelectQueryBuilder<Entity>) => SelectQueryBuilder<Entity>,
  ) {}

  /** The first entity found, or null. It is a plain object with the entity's columns. */
  async one(values: Parameters<Name>): Promise<Entity | null> {
    const { first, order, columns, blank } = (this.plan ??= this.prepare());
    const found = await first(order.map((name) => values[name]));
    if (!found) return null;
    // To change properties that are there takes half the time of adding them one by one.
    const entity = { ...blank };
    columns.forEach(({ name, read }, n) => {
      entity[name] = read(found[n]);
    });
    return entity as Entity;
  }

  private prepare(): Plan<Name> {
    const { metadata } = this.repository;
    // Each name stands for itself, so that the list of values says in which order they are wanted.
    const [sql, order] = this.narrow(this.repository.createQueryBuilder('row'))
      .setParameters(Object.fromEntries(this.names.map((name) => [name, name])))
      .getQueryAndParameters();
    const selected = metadata.columns.filter(({ isSelect }) => isSelect);
    const aliases = selected.map(({ databaseName }) => `row_${databaseName}`);
    return {
      first: this.dialect.prepare(metadata.dataSource, sql, aliases),
      order: order as Name[],
      blank: Object.fromEntries(selected.map(({ propertyName }) => [propertyName, null])),
      columns: selected.map((column) => ({
        name: column.propertyName,
        read: readerOf(metadata.dataSource, column),
      })),
    };
  }
}

interface Plan<Name extends string> {
  readonly first: FirstRow;
  readonly order: readonly Name[];
  readonly blank: Readonly<Record<string, unknown>>;
  readonly columns: readonly { readonly name: string; readonly read: Reader }[];
}

type Reader = (value: unknown) => unknown;

/** What makes a property's value of a column's. TypeORM finds out anew for every value of what type it is. */
function readerOf({ driver }: DataSource, column: EntityMetadata['columns'][number]): Reader {
  const reader = column.transformer ? undefined : READERS.get(column.type);
  return reader ?? ((value) => driver.prepareHydratedValue(value, column) as unknown);
}

const asItIs: Reader = (value) => value;

/** For the types of columns.ts, and the commonest others. */
const READERS: ReadonlyMap<unknown, Reader> = new Map<unknown, Reader>([
  [Date, (value) => (value === null ? null : fromInstantText(value as string | Date))],
  ['simple-json', (value) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value)],
  ['boolean', (value) => (value === null ? null : Boolean(value))],
  ['integer', asItIs],
  ['varchar', asItIs],
  ['text', asItIs],
]);
