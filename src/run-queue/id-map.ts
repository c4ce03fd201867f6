/**
 * Values by ids, for those that come and go by the thousand; like a Map, but in no order.
 *
 * V8 gives a Map whose entries change a new table every so often, and leaves a pointer to it in the old one. Once one of
 * them has grown old, all later ones, with everything that was ever in them, are kept, and copied twice, until a full
 * collection of garbage. An object's table has no such pointer.
 */
export class IdMap<Value, Id extends number | string = number> {
  private readonly entries = Object.create(null) as Partial<Record<Id, Value>>;
  private count = 0;

  get size(): number {
    return this.count;
  }

  has(id: Id): boolean {
    return this.entries[id] !== undefined;
  }

  get(id: Id): Value | undefined {
    return this.entries[id];
  }

  set(id: Id, value: Value): void {
    if (!this.has(id)) this.count++;
    this.entries[id] = value;
  }

  /** Whether it was there. */
  delete(id: Id): boolean {
    if (!this.has(id)) return false;
    this.count--;
    return Reflect.deleteProperty(this.entries, id);
  }

  values(): Value[] {
    return Object.values<Value>(this.entries as Record<Id, Value>);
  }
}
