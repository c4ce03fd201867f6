import { IdMap } from './id-map.js';
import { Lanes } from './lanes.js';
import { Share, type WaitingRun } from './share.js';
import { Turns } from './turns.js';

/**
 * One of eight places is kept for owners that hold few: one owner alone gets 224 of 256. Of fewer than eight places, none
 * is kept.
 */
const KEPT_ONE_IN = 8;

/**
 * Of the places that are kept, each owner may have one; more only as long as it holds less than one in so many of those
 * that are free. So an owner that comes finds a place at once, whatever some others do.
 */
const OF_KEPT_ONE_IN = 4;

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
  /** Places that only owners with few of them may have. */
  private readonly kept: number;
  private taken = 0;

  constructor(
    private readonly places: number,
    perLane: number,
  ) {
    this.lanes = new Lanes(perLane);
    this.kept = Math.floor(places / KEPT_ONE_IN);
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

  /** If one owner may not, neither may those that hold more. */
  private mayHaveMore({ held }: Share): boolean {
    const free = this.places - this.taken;
    return free > this.kept || (free > 0 && held < Math.max(1, free / OF_KEPT_ONE_IN));
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
