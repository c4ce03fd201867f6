import { instantText } from '../../src/database/columns.js';
import type { TestService } from './test-service.js';

/** What the schedules do, as SQL in which `i` counts them from 1. */
interface ManyFields {
  schedule_interval?: string;
  action?: string;
  lane?: string;
}

/** Stores `count` schedules of the first user at once, all due at the same instant. */
export async function insertSchedules(
  service: TestService,
  count: number,
  next_run: Date,
  { schedule_interval = '@daily', action = `'{"type":"log"}'`, lane = 'NULL' }: ManyFields = {},
): Promise<void> {
  await service.write(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO schedules (owner_id, title, schedule_interval, action, lane, retry_policy, tags, next_run)
       SELECT 1, 'schedule ' || i, ?, ${action}, ${lane}, '{"max_attempts":1}', '[]', ? FROM n`,
    [count, schedule_interval, instantText(next_run)],
  );
}

/** Stores a schedule of the first user for each instant, first due then, and every second from then on. */
export async function insertSchedulesAt(service: TestService, instants: readonly Date[]): Promise<void> {
  const { dialect } = service.dataSource;
  await service.write(
    `INSERT INTO schedules (owner_id, title, schedule_interval, action, retry_policy, tags, next_run, start_at)
     SELECT 1, 'every second', '@every 1s', '{"type":"log"}', '{"max_attempts":1}', '[]', instant, instant
       FROM ${dialect.rows('due', { instant: 'instant' })} WHERE TRUE`,
    [JSON.stringify(instants.map((instant) => [instantText(instant)]))],
  );
}
