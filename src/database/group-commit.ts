/**
 * Gathers what many callers want written and writes it in few transactions: while one commits, the next
 * batch gathers. A commit that must reach the disk takes milliseconds whatever its size, so this is what
 * lets thousands of durable writes happen in a second.
 */
export class GroupCommit<Item, Result> {
  private gathered: { item: Item; resolve: (result: Result) => void; reject: (reason: unknown) => void }[] =
    [];
  private committing = false;

  /** @param commit stores a batch in one transaction, and answers with one result per item, in order */
  constructor(
    private readonly commit: (items: Item[]) => Promise<Result[]>,
    private readonly maxBatch: number,
  ) {}

  /** Resolves once the item is committed; rejects, like its whole batch, when the commit fails. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.gathered.push({ item, resolve, reject });
      if (!this.committing) void this.commitAll();
    });
  }

  private async commitAll(): Promise<void> {
    this.committing = true;
    // Lets everything that is ready in this turn of the event loop join the first batch.
    await new Promise(setImmediate);
    while (this.gathered.length > 0) {
      const batch = this.gathered.splice(0, this.maxBatch);
      try {
        const results = await this.commit(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, index) => {
          resolve(results[index] as Result);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      await new Promise(setImmediate);
    }
    this.committing = false;
  }
}
