import { Lanes } from './lanes.js';
import type { RunJob } from './run-job.js';

/**
 * How many jobs a node holds for full lanes, in all and per lane. What it holds it can start without asking Redis; but
 * each is an entry of BullMQ's list of active jobs, which is searched whenever a job ends (0.3 ms when it has 10,000).
 */
const MOST_HELD = 2000;
const MOST_HELD_PER_LANE = 500;

/** What becomes of a job whose turn it is: it starts, is held on this node, or is put aside in Redis. */
export type Admission = 'start' | 'hold' | 'put aside';

export interface Freed {
  /** The job that has the place now, if any was held. */
  readonly next: RunJob | undefined;
  /** Ids of jobs that were put aside, and that there is room for again. */
  readonly back: readonly string[];
}

/**
 * Keeps each lane within its limit on this node, and its jobs in the order they were added: the first that find no place
 * are held here, further ones put aside in Redis and fetched when there is room.
 */
export class JobLanes {
  private readonly lanes: Lanes;
  private readonly jobs = new Map<number, RunJob>();
  /** Ids of the jobs put aside by this node, by lane, oldest first. */
  private readonly aside = new Map<string, Set<string>>();

  constructor(limit: number) {
    this.lanes = new Lanes(limit);
  }

  admit(job: RunJob): Admission {
    const { run, lane } = job.data;
    if (lane === null) return 'start';
    if (this.jobs.has(run)) {
      // Redis handed it out again, because this node's lock on it ran out: only the new one counts.
      this.jobs.set(run, job);
      return 'hold';
    }
    if (this.lanes.isFull(lane) && !this.hasRoom(lane, job.id)) {
      const aside = this.aside.get(lane) ?? new Set();
      this.aside.set(lane, aside.add(job.id ?? ''));
      return 'put aside';
    }
    this.forget(lane, job.id ?? '');
    if (this.lanes.enter(run, lane)) return 'start';
    this.jobs.set(run, job);
    return 'hold';
  }

  /** To be called when a job that started is over. */
  leave({ data: { lane } }: RunJob): Freed {
    if (lane === null) return { next: undefined, back: [] };
    const nextRun = this.lanes.leave(lane);
    const next = nextRun === undefined ? undefined : this.jobs.get(nextRun);
    if (nextRun !== undefined) this.jobs.delete(nextRun);
    const back = this.lanes.heldIn(lane) < MOST_HELD_PER_LANE / 2 ? this.fetch(lane) : [];
    return { next, back };
  }

  /** How many jobs are held here. */
  get held(): number {
    return this.lanes.held;
  }

  /** Everything that waits for a place: the jobs held here, and the ids of those put aside, oldest first. */
  waiting(): { held: RunJob[]; aside: string[] } {
    return { held: [...this.jobs.values()], aside: [...this.aside.values()].flatMap((ids) => [...ids]) };
  }

  /** A job that is younger than one put aside goes there as well, so that it does not overtake it. */
  private hasRoom(lane: string, id = ''): boolean {
    const [oldest] = this.aside.get(lane) ?? [];
    if (oldest !== undefined && Number(oldest) < Number(id)) return false;
    return this.held < MOST_HELD && this.lanes.heldIn(lane) < MOST_HELD_PER_LANE;
  }

  private fetch(lane: string): string[] {
    const back = [...(this.aside.get(lane) ?? [])].slice(0, MOST_HELD_PER_LANE / 2);
    for (const id of back) this.forget(lane, id);
    return back;
  }

  private forget(lane: string, id: string): void {
    const aside = this.aside.get(lane);
    aside?.delete(id);
    if (aside?.size === 0) this.aside.delete(lane);
  }
}
