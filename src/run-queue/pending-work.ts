import { IdMap } from './id-map.js';

/** Work that is under way, for whoever has to wait for all of it. */
export class PendingWork {
  private readonly pending = new IdMap<Promise<void>>();
  private lastId = 0;

  /** @param work must not reject */
  add(work: Promise<void>): void {
    const id = ++this.lastId;
    this.pending.set(id, work);
    void work.finally(() => this.pending.delete(id));
  }

  /** Resolves when what is under way now is done. */
  async done(): Promise<void> {
    await Promise.all(this.pending.values());
  }
}
