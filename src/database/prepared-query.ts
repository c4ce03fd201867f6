import type { EntityMetadata, ObjectLiteral, Repository, SelectQueryBuilder } from 'typeorm';

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
    private readonly repository: Repository<Entity>,
    private readonly names: readonly Name[],
    private readonly narrow: (query: SelectQueryBuilder<Entity>) => SelectQueryBuilder<Entity>,
  ) {}

  /** The first entity found, or null. */
  async one(values: Parameters<Name>): Promise<Entity | null> {
    const { sql, order, columns } = (this.plan ??= this.prepare());
    const [found] = await this.repository.query<Record<string, unknown>[]>(
      sql,
      order.map((name) => values[name]),
    );
    return found ? this.hydrate(found, columns) : null;
  }

  private prepare(): Plan<Name> {
    const { metadata } = this.repository;
    // Each name stands for itself, so that the list of values says in which order they are wanted.
    const [sql, order] = this.narrow(this.repository.createQueryBuilder('row'))
      .setParameters(Object.fromEntries(this.names.map((name) => [name, name])))
      .getQueryAndParameters();
    return { sql, order: order as Name[], columns: selectedColumns(metadata) };
  }

  private hydrate(found: Record<string, unknown>, columns: Plan<Name>['columns']): Entity {
    const { metadata } = this.repository;
    const { driver } = metadata.dataSource;
    const entity = metadata.create() as Record<string, unknown>;
    for (const [alias, column] of columns)
      entity[column.propertyName] = driver.prepareHydratedValue(found[alias], column);
    return entity as Entity;
  }
}

interface Plan<Name extends string> {
  readonly sql: string;
  readonly order: readonly Name[];
  readonly columns: readonly (readonly [alias: string, column: EntityMetadata['columns'][number]])[];
}

const selectedColumns = ({ columns }: EntityMetadata): Plan<string>['columns'] =>
  columns.filter(({ isSelect }) => isSelect).map((column) => [`row_${column.databaseName}`, column] as const);
