import { IdMap } from './id-map.js';

/** Work that is under way, for whoever has to wait for all of it. */
export class PendingWork {
  private readonly pending = new IdMap<Promise<void>>();
  private lastId = 0;

  /** Work that fails is done, too; who adds it reports that. */
  add(work: Promise<void>): void {
    const id = ++this.lastId;
    const forget = (): void => void this.pending.delete(id);
    this.pending.set(id, work.then(forget, forget));
  }

  /** Resolves when what is under way now is done. */
  async done(): Promise<void> {
    await Promise.all(this.pending.values());
  }
}
