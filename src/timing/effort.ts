/**
 * How much has been computed about times, in steps of 2 to 5 µs. What computes many times looks at it, to stop or to
 * let others have their turn. Steps are counted, not timed, so that the same question always costs the same.
 */
let steps = 0;

/** What a step is: asking for an offset from UTC. */
export const A_LOOK = 1;

/** Loading the rules of a time zone. */
export const A_ZONE = 60;

/** Reading a cron pattern. */
export const A_PATTERN = 8;

/** An occurrence that is computed, and not remembered. */
export const AN_OCCURRENCE = 1;

export function spend(amount: number): void {
  steps += amount;
}

/** The steps taken since this was called. */
export function effort(): () => number {
  const begun = steps;
  return () => steps - begun;
}
