import type { ActionContext } from '../actions/action.js';
import type { ActionPayload } from '../actions/dto/action.dto.js';
import { fromInstantText } from '../database/columns.js';
import type { RetryPolicy } from '../schedules/policies.js';

/** What a run's executor needs to know of its schedule. */
export interface StartedSchedule {
  readonly schedule: ActionContext['schedule'];
  readonly action: ActionPayload;
  /** The action as the row has it. */
  readonly action_text: string;
  readonly lane: string | null;
  readonly retry_policy: RetryPolicy;
}

/** The columns of a schedule as {@link toStartedSchedule} reads them. */
export const STARTED_SCHEDULE = [
  ...['id', 'title', 'owner_id', 'lane', 'action', 'retry_policy'],
  ...['signing_secret', 'previous_signing_secret', 'previous_signing_until'],
] as const;

export type StartedScheduleRow = [
  id: number,
  title: string,
  owner_id: number | null,
  lane: string | null,
  action: string,
  retry_policy: string,
  signing_secret: string | null,
  previous_signing_secret: string | null,
  previous_signing_until: string | null,
];

export function toStartedSchedule(row: StartedScheduleRow, now: Date): StartedSchedule {
  const [id, title, owner_id, lane, action_text, retry_policy, signing_secret, ...previous] = row;
  const [previous_signing_secret, previous_signing_until] = previous;
  const rotating = previous_signing_until !== null && fromInstantText(previous_signing_until) > now;
  const signing_secrets = [signing_secret, rotating ? previous_signing_secret : null];
  return {
    schedule: { id, title, owner_id, signing_secrets: signing_secrets.filter((secret) => secret !== null) },
    action: parseAction(action_text),
    action_text,
    lane,
    retry_policy: JSON.parse(retry_policy) as RetryPolicy,
  };
}

/** A row that cannot be read must not keep the others from starting: its action is one that nobody can carry out. */
function parseAction(text: string): ActionPayload {
  try {
    return JSON.parse(text) as ActionPayload;
  } catch {
    return { type: 'unreadable' } as unknown as ActionPayload;
  }
}
