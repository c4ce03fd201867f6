import { type Run, runs, schedules } from '@scheduler-service/client';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { type RunsSearch, SPANS } from './runs-search.js';

const PAGE_SIZE = 50;
/** As many as the plots of a schedule show. */
const PLOTTED = 100;

/** The runs of one schedule, or of all. */
export const runsQuery = (search: RunsSearch, scheduleId?: number) =>
  queryOptions({
    queryKey: ['runs', 'list', scheduleId ?? 'all', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const { status, span, after } = search;
      const from = span && new Date(Date.now() - SPANS[span]).toISOString();
      const query = { status, from, cursor: after?.at(-1), limit: PAGE_SIZE };
      return scheduleId === undefined
        ? runs.list(server, query, { signal })
        : schedules.listRuns(server, scheduleId, query, { signal });
    },
  });

export const plottedRunsQuery = (scheduleId: number) =>
  queryOptions({
    queryKey: ['runs', 'list', scheduleId, 'plotted'],
    queryFn: ({ signal }) => schedules.listRuns(server, scheduleId, { limit: PLOTTED }, { signal }),
  });

export const runQuery = (id: number) =>
  queryOptions({ queryKey: ['runs', 'one', id], queryFn: ({ signal }) => runs.get(server, id, { signal }) });

const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['runs'] });

export async function cancelRun(id: number): Promise<void> {
  await runs.cancel(server, id);
  await refresh();
}

/** Resolves with the new run. */
export async function replayRun(id: number): Promise<Run> {
  const run = await runs.replay(server, id);
  await refresh();
  return run;
}

/** Resolves with the run, which is stored and waits for its turn. */
export async function runNow(scheduleId: number): Promise<Run> {
  const run = await schedules.run(server, scheduleId);
  await refresh();
  return run;
}
