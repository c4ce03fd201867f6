import type { EntityManager } from 'typeorm';
import type { Dialect } from './dialect.js';

/**
 * Every write of the service. A unit of work is one transaction: all of it is stored, or none, and no write ever
 * joins the transaction of another request. Nothing inside may wait for the network.
 */
export abstract class UnitOfWork {
  /** How to say what databases say differently. */
  abstract readonly dialect: Dialect;

  /** When, by `performance.now()`, it was last not known whether a transaction was committed: its answer was lost. */
  answerLostAt = Number.NEGATIVE_INFINITY;

  /**
   * Runs `work` in a transaction, which commits before the promise resolves and is rolled back when `work`
   * throws. `work` must write through the manager it is given, and must not start another unit of work: that
   * would wait for this one for ever. The tests refuse it; here, watching for it would cost every promise of
   * the process a tenth of its time. `work` may be run again when the database asks for it, having rolled
   * back what it did, so it must leave nothing outside of its transaction.
   */
  abstract transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;

  /**
   * A transaction of few statements about many rows, which SQLite carries out beside the event loop: the disk and SQL
   * keep nobody waiting, but each statement takes a message to another thread and back. Not for credentials:
   * `Dialect.version` notices it a turn of the event loop later.
   */
  bulk<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.transaction(work);
  }
}
