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
