/** Ids of the jobs that this node has put aside in Redis, by what they wait for, oldest first. */
export class JobsAside<Key> {
  private readonly jobs = new Map<Key, Set<string>>();

  add(key: Key, id: string): void {
    this.jobs.set(key, (this.jobs.get(key) ?? new Set()).add(id));
  }

  forget(key: Key, id: string): void {
    const jobs = this.jobs.get(key);
    jobs?.delete(id);
    if (jobs?.size === 0) this.jobs.delete(key);
  }

  /** Whether one is there that is older. */
  hasOlder(key: Key, id: string): boolean {
    const [oldest] = this.jobs.get(key) ?? [];
    return oldest !== undefined && Number(oldest) < Number(id);
  }

  /** The oldest, as many as that; they are aside no more. */
  take(key: Key, count: number): string[] {
    const taken = [...(this.jobs.get(key) ?? [])].slice(0, count);
    for (const id of taken) this.forget(key, id);
    return taken;
  }

  ids(): string[] {
    return [...this.jobs.values()].flatMap((jobs) => [...jobs]);
  }
}
