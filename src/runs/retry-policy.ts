import type { RetryPolicy } from '../schedules/policies.js';
import { stableHash } from '../timing/stable-hash.js';

/** No target is left alone for longer, whatever its Retry-After says. */
const LONGEST_RETRY_AFTER_MS = 86_400_000;

/**
 * How long a run waits before its next attempt, in milliseconds: `min_backoff * 2^(attempt-1)`, at most
 * `max_backoff`, of which a stable hash takes away up to half, so that runs that failed together do not come
 * back together. Never less than what the target asked for by Retry-After.
 */
export function backoffMs(policy: RetryPolicy, runId: number, attempt: number, retryAfterMs = 0): number {
  const full = Math.min(policy.min_backoff_seconds * 2 ** (attempt - 1), policy.max_backoff_seconds) * 1000;
  const jitter = stableHash(`${String(runId)}/${String(attempt)}`, Math.floor(full / 2) + 1);
  return Math.max(full - jitter, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
}
