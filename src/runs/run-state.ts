/**
 * The life of a run.
 *
 *     queued ─▶ running ─▶ succeeded
 *        ▲         ├─────▶ failed · timed_out      no attempt left
 *        └─ retry ─┤
 *                  ├─────▶ canceled                by a user, or overlap `cancel`; also from queued
 *                  └─────▶ interrupted             its node died; delivery at_most_once
 *
 *     skipped · missed     never ran; the reason is on the row
 *
 * Every transition is a conditional write (`UPDATE … WHERE status IN (<from>)`). Zero rows changed means that
 * something else decided first, and whoever asked has to leave the run alone.
 */
export const RUN_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'canceled',
  'interrupted',
  'skipped',
  'missed',
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

const FROM = {
  queued: ['running'],
  running: ['queued'],
  succeeded: ['running'],
  failed: ['running'],
  timed_out: ['running'],
  canceled: ['queued', 'running'],
  interrupted: ['running'],
} as const satisfies Partial<Record<RunStatus, readonly RunStatus[]>>;

/** Statuses a run can enter after it was made. */
export type Transition = keyof typeof FROM;

/** The SQL list of the statuses from which a run may enter `to`. */
export const sqlFrom = (to: Transition): string => sqlList(FROM[to]);

/** Runs that are not over. The partial index on them has the same words. */
export const UNFINISHED = sqlList(['queued', 'running']);

/** Runs that are neither under way nor a plain success: the few that people look for. Their partial indexes have the same words. */
export const NOTABLE = `NOT IN (${sqlList(['queued', 'running', 'succeeded'])})`;

export const isNotable = (status: RunStatus): boolean => !['queued', 'running', 'succeeded'].includes(status);

function sqlList(statuses: readonly RunStatus[]): string {
  return statuses.map((status) => `'${status}'`).join(', ');
}
