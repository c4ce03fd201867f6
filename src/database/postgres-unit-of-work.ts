import pg from 'pg';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import type { Dialect } from './dialect.js';
import { storageFault } from './storage-fault.js';
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

/**
 * Whether the server did not answer, rather than refuse. So it is as long as it is away: what it was asked before stays in
 * doubt until it is back.
 */
function isLost(error: unknown): boolean {
  if (storageFault(error) === 'unknown') return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (cause instanceof pg.DatabaseError) return String(cause.code).startsWith('57P');
  return error instanceof QueryFailedError;
}

function isCollision(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  return COLLISIONS.includes(String((error.driverError as { code?: unknown }).code));
}
