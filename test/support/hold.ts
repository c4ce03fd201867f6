import type { UnitOfWork } from '../../src/database/unit-of-work.js';

/** Something that is waited for until somebody says that it happened. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** A transaction that was asked for, and waits until the test lets it begin. */
export interface Held {
  /** Resolves when it was asked for. */
  readonly asked: Promise<void>;
  readonly release: () => void;
}

/** Keeps the next transaction that anybody asks for from beginning. Those after it are not held. */
export function holdNext(unitOfWork: UnitOfWork): Held {
  const begin = unitOfWork.transaction.bind(unitOfWork);
  const [asked, released] = [gate(), gate()];
  unitOfWork.transaction = async (work) => {
    unitOfWork.transaction = begin;
    asked.open();
    await released.opened;
    return begin(work);
  };
  return {
    asked: asked.opened,
    release: () => {
      unitOfWork.transaction = begin;
      released.open();
    },
  };
}
