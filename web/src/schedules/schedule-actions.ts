import { schedules } from '@scheduler-service/client';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';

/** As many as the service changes in one request. */
const AT_ONCE = 500;

const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['schedules'] });

export async function setEnabled(id: number, enabled: boolean): Promise<void> {
  await schedules.update(server, id, { enabled });
  await refresh();
}

export async function deleteSchedule(id: number): Promise<void> {
  await schedules.delete(server, id);
  queryClient.removeQueries({ queryKey: ['schedules', 'one', id] });
  await queryClient.invalidateQueries({ queryKey: ['schedules', 'list'] });
}

export type BulkChange = 'pause' | 'resume' | 'delete';

/** Changes many; resolves with those that could not be changed, and why. */
export async function changeMany(ids: readonly number[], change: BulkChange): Promise<string[]> {
  const failures: string[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const { failed } = await schedules.change(server, { ids: ids.slice(from, from + AT_ONCE), change });
    failures.push(...failed.map(({ id, detail }) => `${String(id)}: ${detail}`));
  }
  await refresh();
  return failures;
}
