import { AsyncLocalStorage } from 'node:async_hooks';
import type { UnitOfWork } from '../../src/database/unit-of-work.js';

/** Makes a unit of work inside another fail, where it would wait for itself for ever. */
export function refuseNesting(unitOfWork: UnitOfWork): void {
  const running = new AsyncLocalStorage<boolean>();
  const guarded = (start: UnitOfWork['transaction']): UnitOfWork['transaction'] =>
    async function (work) {
      if (running.getStore()) throw new Error('a unit of work cannot start another: pass its manager on');
      return start((manager) => running.run(true, () => work(manager)));
    };
  unitOfWork.transaction = guarded(unitOfWork.transaction.bind(unitOfWork));
  unitOfWork.bulk = guarded(unitOfWork.bulk.bind(unitOfWork));
}
