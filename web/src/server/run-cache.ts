import type { ListedRun, Page, RecentRuns, Run, RunEvent } from '@scheduler-service/client';
import { queryClient } from './query-client.js';

const STRIP_LENGTH = 20;

/** Writes what an event says about a run into every cached answer that shows it. */
export function patchRuns(event: RunEvent): void {
  const { status, attempt, lateness_ms, duration_ms, status_code, error } = event;
  const news = { status, attempt, lateness_ms, duration_ms, status_code, error };
  queryClient.setQueryData<Run>(['runs', 'one', event.id], (run) => run && { ...run, ...news });
  queryClient.setQueriesData<Page<ListedRun>>({ queryKey: ['runs', 'list'] }, (page) =>
    page?.items.some(({ id }) => id === event.id)
      ? { ...page, items: page.items.map((run) => (run.id === event.id ? { ...run, ...news } : run)) }
      : page,
  );
  queryClient.setQueriesData<RecentRuns[]>({ queryKey: ['recent-runs'] }, (schedules) =>
    schedules?.map((schedule) =>
      schedule.schedule_id === event.schedule_id ? withRun(schedule, event) : schedule,
    ),
  );
}

/** Runs are newest first; one that is there already keeps its place. */
function withRun(schedule: RecentRuns, { id, status, scheduled_for, duration_ms }: RunEvent): RecentRuns {
  const run = { id, status, scheduled_for, duration_ms };
  const known = schedule.runs.some((other) => other.id === id);
  const runs = known
    ? schedule.runs.map((other) => (other.id === id ? run : other))
    : [run, ...schedule.runs].slice(0, STRIP_LENGTH);
  return { ...schedule, runs };
}
