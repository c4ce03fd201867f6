import { runs, type Schedule, schedules } from '@scheduler-service/client';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { server } from '../server/server.js';
import { filterOf, type SchedulesSearch } from './schedules-search.js';

export const PAGE_SIZE = 50;
const STRIP_LENGTH = 20;

export const schedulesQuery = (search: SchedulesSearch) =>
  queryOptions({
    queryKey: ['schedules', 'list', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      schedules.list(
        server,
        { ...filterOf(search), sort: search.sort, limit: PAGE_SIZE, cursor: search.after?.at(-1) },
        { signal },
      ),
  });

export const scheduleQuery = (id: number) =>
  queryOptions({
    queryKey: ['schedules', 'one', id],
    queryFn: ({ signal }) => schedules.get(server, id, { signal }),
  });

/** The latest runs of each schedule on a page. Events keep them up to date, so they are asked for once. */
export const recentRunsQuery = (shown: readonly Schedule[]) =>
  queryOptions({
    queryKey: ['recent-runs', shown.map(({ id }) => id)],
    enabled: shown.length > 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      runs.listRecentRuns(
        server,
        { ids: shown.map(({ id }) => id).join(','), limit: STRIP_LENGTH },
        { signal },
      ),
  });
