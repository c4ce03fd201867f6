import { IdMap } from './id-map.js';
import { Lanes } from './lanes.js';
import { Share, type WaitingRun } from './share.js';
import { Turns } from './turns.js';

/**
 * An owner gets a further place while it holds fewer than so many times the places that are free. So one alone gets up to
 * 7 of 8 (224 of 256), two get 7 of 15 each, and so on: whoever comes then finds a place at once, whatever the others do.
 * Of fewer than 8 places, one owner may have all.
 */
const PLACES_PER_FREE_PLACE = 7;

/** Runs whose owner is gone share what an owner has. */
const NOBODY = 0;

/**
 * Gives out the places of a process: to the owner that holds the fewest first, to each not more than its share, and not
 * more in each lane than it takes. Whatever waits, a run costs the same.
 */
export class Shares {
  private readonly shares = new IdMap<Share>();
  private readonly turns = new Turns();
  private readonly lanes: Lanes;
  private readonly waiting = new IdMap<true>();
  private taken = 0;

  constructor(
    private readonly places: number,
    perLane: number,
  ) {
    this.lanes = new Lanes(perLane);
  }

  /** Runs that wait for a place. */
  get ready(): number {
    return this.waiting.size - this.lanes.held;
  }

  /** Runs that wait for their lane. */
  get held(): number {
    return this.lanes.held;
  }

  isWaiting(id: number): boolean {
    return this.waiting.has(id);
  }

  /** How many runs of this owner wait for a place. */
  readyOf({ owner_id }: Pick<WaitingRun, 'owner_id'>): number {
    return this.shares.get(owner_id ?? NOBODY)?.ready.size ?? 0;
  }

  heldIn(lane: string): number {
    return this.lanes.heldIn(lane);
  }

  /** Has the run wait until `next` names it. Nothing changes for one that waits. */
  wait(run: WaitingRun): void {
    if (this.waiting.has(run.id)) return;
    this.waiting.set(run.id, true);
    const share = this.of(run);
    share.ready.push(run);
    // One that waits for its turn keeps it.
    if (share.isAlone) this.turns.update(share);
  }

  /** Gives a place to the run whose turn it is; undefined when there is none for any. */
  next(): WaitingRun | undefined {
    for (;;) {
      const share = this.turns.first;
      if (!share || !this.mayHaveMore(share)) return undefined;
      const run = this.takeFrom(share);
      if (run) {
        this.waiting.delete(run.id);
        this.enter(share, run);
        return run;
      }
      this.turns.update(share);
    }
  }

  /** What a run would have to wait for now. */
  obstacle(run: WaitingRun): 'lane' | 'place' | undefined {
    const share = this.of(run);
    const { lane } = run;
    if (share.wantsPlace || !this.mayHaveMore(share)) return 'place';
    return lane !== null && (this.lanes.isFull(lane) || share.lines.has(lane)) ? 'lane' : undefined;
  }

  /** Gives a place to a run that does not wait, if it overtakes nobody by that. */
  tryEnter(run: WaitingRun): boolean {
    const { first } = this.turns;
    if ((first && this.mayHaveMore(first)) || this.obstacle(run)) return false;
    this.enter(this.of(run), run);
    return true;
  }

  /** Takes the place of a run back. */
  leave(run: WaitingRun): void {
    const share = this.of(run);
    this.taken--;
    share.held--;
    this.turns.update(share);
    const line = run.lane === null ? undefined : this.lanes.leave(run.lane);
    if (line) {
      line.share.open.push(line);
      if (line.share.isAlone) this.turns.update(line.share);
    }
    if (share.isEmpty) this.shares.delete(share.owner);
  }

  private enter(share: Share, { lane }: WaitingRun): void {
    this.taken++;
    share.held++;
    if (lane !== null) this.lanes.enter(lane);
    this.turns.update(share);
  }

  private mayHaveMore({ held }: Share): boolean {
    return held < PLACES_PER_FREE_PLACE * (this.places - this.taken);
  }

  /** The first run of the owner that its lane lets in; those before it wait for their lanes from now on. */
  private takeFrom(share: Share): WaitingRun | undefined {
    for (let line = share.open.first; line; line = share.open.first) {
      const run = this.lanes.unpark(line);
      if (run) return run;
      line.told = false;
      share.open.shift();
    }
    for (let run = share.ready.shift(); run; run = share.ready.shift()) {
      if (run.lane === null) return run;
      const line = share.lines.get(run.lane);
      if (!line && !this.lanes.isFull(run.lane)) return run;
      this.lanes.park(share, run.lane, run);
      const earlier = line && this.lanes.unpark(line);
      if (earlier) return earlier;
    }
    return undefined;
  }

  private of({ owner_id }: Pick<WaitingRun, 'owner_id'>): Share {
    const owner = owner_id ?? NOBODY;
    let share = this.shares.get(owner);
    if (!share) this.shares.set(owner, (share = new Share(owner)));
    return share;
  }
}
