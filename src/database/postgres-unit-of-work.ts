import pg from 'pg';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import type { Dialect } from './dialect.js';
import { UnitOfWork } from './unit-of-work.js';

/** Two transactions waited for each other, or saw what the other changed: one of them has to begin anew. */
const COLLISIONS = ['40P01', '40001'];

/** So often a unit of work is begun anew, before its caller learns of it. */
const MOST_TRIES = 5;

/** Side by side, each on a connection of the pool. */
export class PostgresUnitOfWork extends UnitOfWork {
  constructor(
    private readonly writer: DataSource,
    readonly dialect: Dialect,
  ) {
    super();
  }

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.writer.transaction(work);
      } catch (error) {
        if (isLost(error)) this.answerLostAt = performance.now();
        if (tries === MOST_TRIES || !isCollision(error)) throw error;
      }
    }
  }
}

/** Whether the server did not answer, rather than refuse. */
function isLost(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const driverError: unknown = error.driverError;
  return !(driverError instanceof pg.DatabaseError) || String(driverError.code).startsWith('57P');
}

function isCollision(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  return COLLISIONS.includes(String((error.driverError as { code?: unknown }).code));
}
