/**
 * What happens to occurrences that could not be claimed in time. `once`: the latest runs, the others are missed;
 * `skip`: only one that is at most a minute late runs; `all`: each runs, in order, at most 100.
 */
export const MISFIRE_POLICIES = ['once', 'skip', 'all'] as const;
export type MisfirePolicy = (typeof MISFIRE_POLICIES)[number];

/**
 * What happens to an occurrence whose schedule still has an unfinished run. `skip`: it does not run; `queue`: it
 * waits, unless one waits already; `allow`: it runs beside the other; `cancel`: the other is canceled.
 */
export const OVERLAP_POLICIES = ['skip', 'queue', 'allow', 'cancel'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/**
 * What happens to a run whose node died while it was running. `at_least_once`: it is executed again, and its
 * target may see it twice; `at_most_once`: it becomes `interrupted`.
 */
export const DELIVERIES = ['at_least_once', 'at_most_once'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/** How often a failed attempt is repeated, and how long it waits: exponentially longer each time. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly max_attempts: number;
  readonly min_backoff_seconds: number;
  readonly max_backoff_seconds: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  max_attempts: 3,
  min_backoff_seconds: 5,
  max_backoff_seconds: 3600,
};

/** An occurrence claimed within this time after it was due is in time; later it is a misfire. */
export const MISFIRE_AFTER_MS = 60_000;
