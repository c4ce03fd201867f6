import type { ScheduleSort } from '@scheduler-service/client';

/** What the list of schedules shows; all of it is in the address, so it can be kept and passed on. */
export interface SchedulesSearch {
  q?: string;
  tag?: string;
  state?: ScheduleState;
  /** Without one, in the order of creation. */
  sort?: TableSort;
  /** The cursors of the pages on the way to this one. */
  after?: string[];
}

export const SCHEDULE_STATES = ['active', 'paused', 'completed'] as const;
export type ScheduleState = (typeof SCHEDULE_STATES)[number];

/** What the table's headers sort by: those of the service's orders that one of its columns shows. */
export const SORT_KEYS = ['title', 'last_run', 'next_run'] as const satisfies readonly ScheduleSort[];
export type SortKey = (typeof SORT_KEYS)[number];
export type TableSort = SortKey | `-${SortKey}`;

const SORTS: readonly TableSort[] = SORT_KEYS.flatMap((key) => [key, `-${key}` as const]);

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;

export function parseSchedulesSearch(search: Record<string, unknown>): SchedulesSearch {
  const { after } = search;
  return {
    q: text(search['q']),
    tag: text(search['tag']),
    state: SCHEDULE_STATES.find((state) => state === search['state']),
    sort: SORTS.find((sort) => sort === search['sort']),
    after: Array.isArray(after) && after.length > 0 ? after.map(String) : undefined,
  };
}

/** The same as the service's filters. */
export const filterOf = ({ q, tag, state }: SchedulesSearch): Filter => ({
  q,
  tag,
  ...(state === 'active' && { enabled: true, is_completed: false }),
  ...(state === 'paused' && { enabled: false, is_completed: false }),
  ...(state === 'completed' && { is_completed: true }),
});

interface Filter {
  q?: string;
  tag?: string;
  enabled?: boolean;
  is_completed?: boolean;
}
