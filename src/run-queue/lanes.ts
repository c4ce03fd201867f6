import { Fifo } from './fifo.js';
import { IdMap } from './id-map.js';

/**
 * Lets a limited number of runs into each lane, and holds the others back in the order they came, so that one
 * slow target cannot take the places of all others. Runs without a lane never wait here.
 */
export class Lanes {
  private readonly lanes = new Map<string, { inside: number; waiting: Fifo<true> }>();
  private readonly waiting = new IdMap<true>();

  constructor(private readonly limit: number) {}

  /** Whether the run may start now. When not, `leave` names it in its turn. */
  enter(id: number, name: string | null): boolean {
    if (name === null) return true;
    let lane = this.lanes.get(name);
    if (!lane) this.lanes.set(name, (lane = { inside: 0, waiting: new Fifo() }));
    if (lane.inside >= this.limit) {
      lane.waiting.set(id, true);
      this.waiting.set(id, true);
      return false;
    }
    lane.inside++;
    return true;
  }

  /** Notes that a run of the lane is over. Returns the one that has its place now, if any waited. */
  leave(name: string | null): number | undefined {
    const lane = name === null ? undefined : this.lanes.get(name);
    if (!lane || name === null) return undefined;
    const [next] = lane.waiting.shift() ?? [];
    if (next === undefined) {
      lane.inside--;
      if (lane.inside === 0) this.lanes.delete(name);
      return undefined;
    }
    this.waiting.delete(next);
    return next;
  }

  /** How many are held back. */
  get held(): number {
    return this.waiting.size;
  }

  /** Whether a run of this lane would be held back now. */
  isFull(name: string): boolean {
    return (this.lanes.get(name)?.inside ?? 0) >= this.limit;
  }

  /** How many of one lane are held back. */
  heldIn(name: string): number {
    return this.lanes.get(name)?.waiting.size ?? 0;
  }

  isWaiting(id: number): boolean {
    return this.waiting.has(id);
  }
}
