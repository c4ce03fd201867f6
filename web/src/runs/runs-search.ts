import type { RunStatus } from '@scheduler-service/client';
import { RUN_STATUSES } from '../ui/status.js';

export const SPANS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const;
export type Span = keyof typeof SPANS;

/** Which runs a history shows; all of it is in the address. */
export interface RunsSearch {
  status?: RunStatus;
  span?: Span;
  /** The cursors of the pages on the way to this one. */
  after?: string[];
}

export function parseRunsSearch(search: Record<string, unknown>): RunsSearch {
  const { after } = search;
  return {
    status: RUN_STATUSES.find((status) => status === search['status']),
    span: (Object.keys(SPANS) as Span[]).find((span) => span === search['span']),
    after: Array.isArray(after) && after.length > 0 ? after.map(String) : undefined,
  };
}
