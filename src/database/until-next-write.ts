import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import type { Dialect } from './dialect.js';

/** For what is asked with every request: remembers what was read until anybody writes anything. */
export class UntilNextWrite<Value extends object> {
  private readonly values: LRUCache<string, Value>;
  private version: number | undefined;

  /** @param max so many answers are remembered */
  constructor(
    private readonly dialect: Dialect,
    private readonly source: DataSource,
    max: number,
  ) {
    this.values = new LRUCache({ max });
  }

  /** What `read` finds now, at once when it is known; it is asked where the database cannot say that nothing was written since. */
  get(key: string, read: () => Promise<Value | undefined>): Value | undefined | Promise<Value | undefined> {
    const version = this.dialect.version(this.source);
    if (version === undefined) return read();
    if (version !== this.version) this.values.clear();
    this.version = version;
    return this.values.get(key) ?? this.ask(key, read, version);
  }

  private async ask(
    key: string,
    read: () => Promise<Value | undefined>,
    version: number,
  ): Promise<Value | undefined> {
    const value = await read();
    // Others may have asked meanwhile, after a write that came after this was read.
    if (value && version === this.version) this.values.set(key, value);
    return value;
  }
}
