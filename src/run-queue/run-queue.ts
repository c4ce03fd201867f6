/**
 * Brings queued runs to their executor. The row is the truth and was committed before `add`; the queue only
 * decides when and where it is worked on.
 *
 * Guarantees: while the process lives, the consumer is called at least once for every run added, in the order
 * added, for at most `concurrency` runs at a time. A run whose row says otherwise by then (somebody else
 * started it) is the consumer's to drop. What the queue held when the process died is lost to it, and is
 * added again by recovery, from the rows.
 */
export abstract class RunQueue {
  abstract add(runIds: readonly number[]): void;

  /** Starts delivery. The consumer settles every fault itself: it must not reject. */
  abstract consume(consumer: (runId: number) => Promise<void>): void;

  /** Stops delivery, and resolves when the consumer is done with what it has, or after `graceMs`. */
  abstract close(graceMs: number): Promise<void>;
}
