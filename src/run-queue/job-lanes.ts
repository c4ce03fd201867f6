import { IdMap } from './id-map.js';
import { JobsAside } from './jobs-aside.js';
import { type RunJob, waitingRun } from './run-job.js';
import type { WaitingRun } from './share.js';
import { Shares } from './shares.js';

/**
 * How many jobs a node holds, in all, per full lane, and per owner that has its share of the places. What it holds it can
 * start without asking Redis; but each is an entry of BullMQ's list of active jobs, which is searched whenever a job ends
 * (0.3 ms when it has 10,000). Those of an owner are few: another node may have a place for them.
 */
const MOST_HELD = 2000;
const MOST_HELD_PER_LANE = 500;
const MOST_HELD_PER_OWNER = 200;

/** When no more than so many are left, further jobs are welcome. */
const FEW_HELD_PER_OWNER = 50;

/**
 * Decides which of the jobs on this node have its places. The first that find none are held here, further ones put aside
 * in Redis and fetched when there is room: so each lane stays within its limit and each owner within its share, and the
 * jobs of a lane keep their order.
 */
export class JobLanes {
  private readonly shares: Shares;
  private readonly jobs = new IdMap<RunJob>();
  /** Runs that have a place, as they took it: the job of one may be another by the time it is over. */
  private readonly entered = new IdMap<WaitingRun>();
  private readonly asideByLane = new JobsAside<string>();
  private readonly asideByOwner = new JobsAside<number | null>();
  /** Owners of whom as many jobs are held as may be. */
  private readonly crowded = new Set<number | null>();

  constructor(concurrency: number, perLane: number) {
    this.shares = new Shares(concurrency, perLane);
  }

  /** Takes a job, for `next` to name it in its turn. False when there is no room: then it has to be put aside in Redis. */
  admit(job: RunJob): boolean {
    const run = waitingRun(job);
    // Redis may have handed it out again, because this node's lock on it ran out: then only the new one counts.
    if (!this.jobs.has(run.id) && !this.hasRoom(run, job.id ?? '')) return false;
    this.forget(run, job.id ?? '');
    this.jobs.set(run.id, job);
    this.shares.wait(run);
    return true;
  }

  /** The job that has a place now, if there is one for any. */
  next(): RunJob | undefined {
    const run = this.shares.next();
    const job = run && this.jobs.get(run.id);
    if (run) {
      this.jobs.delete(run.id);
      this.entered.set(run.id, run);
    }
    return job;
  }

  /** To be called when a job that had a place is over. Returns ids of jobs that were put aside, and have room again. */
  leave(job: RunJob): string[] {
    const run = this.entered.get(job.data.run) ?? waitingRun(job);
    const { lane, owner_id } = run;
    this.entered.delete(run.id);
    this.shares.leave(run);
    const back =
      this.shares.readyOf({ owner_id }) < MOST_HELD_PER_OWNER / 2
        ? this.asideByOwner.take(owner_id, MOST_HELD_PER_OWNER / 2)
        : [];
    if (lane !== null && this.shares.heldIn(lane) < MOST_HELD_PER_LANE / 2)
      back.push(...this.asideByLane.take(lane, MOST_HELD_PER_LANE / 2));
    return back;
  }

  /** How many jobs held here wait for a place. */
  get ready(): number {
    return this.shares.ready;
  }

  /** How many jobs held here wait for their lane. */
  get held(): number {
    return this.shares.held;
  }

  /** Whether more jobs of an owner wait here for a place than is good: further ones may be its own, too. */
  get isCrowded(): boolean {
    for (const owner_id of this.crowded) {
      if (this.shares.readyOf({ owner_id }) > FEW_HELD_PER_OWNER) return true;
      this.crowded.delete(owner_id);
    }
    return false;
  }

  /** Everything that waits for a place: the jobs held here, and the ids of those put aside, oldest first. */
  waiting(): { held: RunJob[]; aside: string[] } {
    const aside = [...this.asideByLane.ids(), ...this.asideByOwner.ids()];
    const held = this.jobs.values().sort((a, b) => Number(a.id) - Number(b.id));
    return { held, aside };
  }

  /** Notes one that is to be put aside, too. */
  private hasRoom(run: WaitingRun, id: string): boolean {
    const { lane, owner_id } = run;
    const obstacle = this.shares.obstacle(run);
    if (obstacle === 'place') {
      const count = this.shares.readyOf(run);
      if (count + 1 >= MOST_HELD_PER_OWNER) this.crowded.add(owner_id);
      if (this.fits(count, MOST_HELD_PER_OWNER, this.asideByOwner.hasOlder(owner_id, id))) return true;
      this.asideByOwner.add(owner_id, id);
      return false;
    }
    if (obstacle === undefined || lane === null) return true;
    if (this.fits(this.shares.heldIn(lane), MOST_HELD_PER_LANE, this.asideByLane.hasOlder(lane, id)))
      return true;
    this.asideByLane.add(lane, id);
    return false;
  }

  /** A job that is younger than one put aside goes there as well, so that it does not overtake it. */
  private fits(count: number, most: number, overtakes: boolean): boolean {
    return !overtakes && count < most && this.jobs.size < MOST_HELD;
  }

  private forget({ lane, owner_id }: WaitingRun, id: string): void {
    if (lane !== null) this.asideByLane.forget(lane, id);
    this.asideByOwner.forget(owner_id, id);
  }
}
