import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from 'typeorm';
import type { UnitOfWork } from '../../src/database/unit-of-work.js';

/** Makes a unit of work inside another fail, where it would wait for itself for ever. */
export function refuseNesting(unitOfWork: UnitOfWork): void {
  const running = new AsyncLocalStorage<boolean>();
  const transaction = unitOfWork.transaction.bind(unitOfWork);
  unitOfWork.transaction = async <T>(work: (manager: EntityManager) => Promise<T>): Promise<T> => {
    if (running.getStore()) throw new Error('a unit of work cannot start another: pass its manager on');
    return transaction((manager) => running.run(true, () => work(manager)));
  };
}
