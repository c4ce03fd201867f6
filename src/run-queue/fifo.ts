/** A queue, first in first out; every operation takes constant time, however long it is. */
export class Fifo<Value> {
  private values: Value[] = [];
  private head = 0;

  get size(): number {
    return this.values.length - this.head;
  }

  get first(): Value | undefined {
    return this.values[this.head];
  }

  push(value: Value): void {
    this.values.push(value);
  }

  shift(): Value | undefined {
    if (this.size === 0) return undefined;
    const value = this.values[this.head++];
    if (this.head * 2 > this.values.length && this.head > 1000) {
      this.values = this.values.slice(this.head);
      this.head = 0;
    } else if (this.size === 0) {
      this.values.length = this.head = 0;
    }
    return value;
  }
}
