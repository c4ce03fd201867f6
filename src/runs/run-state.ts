/**
 * The life of a run.
 *
 *     queued ─▶ running ─▶ succeeded
 *        ▲         ├─────▶ failed
 *        └─────────┘  its node died: another attempt
 *
 *     skipped · missed     never ran; the reason is on the row
 *
 * Every transition is a conditional write (`UPDATE … WHERE status = <from>`). Zero rows changed means that
 * something else decided first, and whoever asked has to leave the run alone.
 */
export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'skipped', 'missed'] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

const FROM = {
  running: ['queued'],
  succeeded: ['running'],
  failed: ['running'],
  queued: ['running'],
} as const satisfies Partial<Record<RunStatus, readonly RunStatus[]>>;

/** Statuses a run can enter after it was made. */
export type Transition = keyof typeof FROM;

/** How an attempt can end. */
export type Outcome = Exclude<Transition, 'queued' | 'running'>;

/** The SQL list of the statuses from which a run may enter `to`. */
export const sqlFrom = (to: Transition): string => sqlList(FROM[to]);

/** Runs that are not over. The partial index on them has the same words. */
export const UNFINISHED = sqlList(['queued', 'running']);

function sqlList(statuses: readonly RunStatus[]): string {
  return statuses.map((status) => `'${status}'`).join(', ');
}
