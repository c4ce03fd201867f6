import { IdMap } from './id-map.js';

/** A queue of distinct numbers, first in first out; every operation takes constant time, however long it is. */
export class Fifo<Value> {
  private readonly values = new IdMap<Value>();
  private order: number[] = [];
  private head = 0;

  get size(): number {
    return this.values.size;
  }

  /** Appends it, or only changes the value of one that is there. */
  set(id: number, value: Value): void {
    if (!this.values.has(id)) this.order.push(id);
    this.values.set(id, value);
  }

  shift(): [id: number, value: Value] | undefined {
    const id = this.order[this.head];
    if (id === undefined) return undefined;
    this.head++;
    if (this.head * 2 > this.order.length && this.head > 1000) {
      this.order = this.order.slice(this.head);
      this.head = 0;
    }
    const value = this.values.get(id) as Value;
    this.values.delete(id);
    return [id, value];
  }
}
