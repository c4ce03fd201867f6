/** A run whose row is `queued`; it must not start before `available_at`. */
export interface QueuedRun {
  readonly id: number;
  readonly available_at: Date;
  /** Runs of one lane share a limit of their own; null for a run that shares none. */
  readonly lane: string | null;
  /** Whose schedule it is; places are shared among owners. Null when its owner is gone. */
  readonly owner_id: number | null;
}

/** Runs that this process holds, by what they wait for. */
export interface QueueDepth {
  /** For a place. */
  readonly ready: number;
  /** For a place in their lane. */
  readonly held: number;
  /** For their time. */
  readonly delayed: number;
  /** For nothing: they are being executed. */
  readonly active: number;
}

/**
 * Works on a run, and resolves when its place may be taken by another; settles every fault itself, and must not reject.
 * Calls `begun` once the row says that the run is under way here, or that it is not to be: until then another process
 * may as well have it.
 */
export type Consumer = (runId: number, begun: () => void) => Promise<void>;

/** Places for runs that could be worked on this very moment, kept free for them until `fill` is called, once. */
export interface Places {
  readonly ids: readonly number[];
  /** Delivers those of the runs that are under way by now, and gives the places of the others back. */
  fill(begun: ReadonlySet<number>): void;
}

export const NO_PLACES: Places = { ids: [], fill: () => undefined };

/**
 * Brings queued runs to their executor. The row is the truth and was committed before `add`; the queue only
 * decides when and where it is worked on.
 *
 * Guarantees: the consumer is called at least once for every run added, once it is available, those of an owner in the
 * order added, in each process for at most `concurrency` runs at a time and `concurrencyPerLane` of a lane (a full lane
 * holds up nothing but itself); never twice at a time for the same run.
 *
 * Owners share the places of a process: one that gets free goes to the owner that holds the fewest, of those whose runs the
 * process knows; and of 8 places or more, an eighth is kept for owners that hold few. So a run of an owner that holds none
 * is delivered soon, whatever those of some others do and however many of them wait. A run whose row says otherwise by then (somebody else started
 * it) is the consumer's to drop. Adding a run that waits is no fault, and changes nothing; one that is added while the
 * consumer works on it is delivered once more, for its row may have changed since the consumer read it.
 *
 * What the queue loses, recovery adds again, from the rows: what it held when the process died, where it is in the
 * process; what Redis lost, or could not take, where it is there; and a run that becomes available in more than an hour.
 */
export abstract class RunQueue {
  /** Returns at once. */
  abstract add(runs: readonly QueuedRun[]): void;

  /**
   * Keeps places free for runs that are about to be committed, as far as they could start at once: then their start can
   * be committed with them. A queue that leaves it to others where a run is worked on has none to give.
   */
  reserve(_runs: readonly QueuedRun[]): Places {
    return NO_PLACES;
  }

  /** Adds those that the queue has lost. Most runs that recovery offers are in it, and nothing has changed for them. */
  restore(runs: readonly QueuedRun[]): void {
    this.add(runs);
  }

  /** Starts delivery. */
  abstract consume(consumer: Consumer): void;

  /** How many runs it holds, for whoever watches. */
  abstract depth(): QueueDepth;

  /** Why runs are not delivered, as far as the queue knows, in words for an operator. */
  trouble(): string | undefined {
    return undefined;
  }

  /** Whether a run that is due waits for something that the queue knows: its lane, or another process that has it. */
  abstract explains(runId: number): Promise<boolean>;

  /** Stops delivery, and resolves when the consumer is done with what it has, or after `graceMs`. */
  abstract close(graceMs: number): Promise<void>;
}

/** Runs that become available later than this are left to recovery. */
export const LONGEST_WAIT_MS = 3_600_000;
