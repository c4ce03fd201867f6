import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { instantText } from '../../src/database/columns.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { Recovery } from '../../src/runs/recovery.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterAll(() => service.stop());

test('runs that a dead process left queued or running are executed after the restart', async () => {
  const schedule = await user.newSchedule({ schedule_interval: '0 0 1 1 *' });
  await service.write(
    `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, attempt) VALUES
       (?, '2030-01-01 11:58:00.000', 'schedule', 'running', 1), (?, '2030-01-01 11:59:00.000', 'schedule', 'queued', 0)`,
    [schedule.id, schedule.id],
  );
  service = await service.restart();
  await service.settled();
  user = await service.api.signIn(user.user.email, user.password);
  const { body } = await user.get<RunDto[]>('/runs');
  expect(body.map(({ id, status, attempt }) => ({ id, status, attempt }))).toEqual([
    { id: 2, status: 'succeeded', attempt: 1 },
    { id: 1, status: 'succeeded', attempt: 2 },
  ]);
});

test('what fell due while the service was down is settled at the start', async () => {
  const schedule = await user.newSchedule({ schedule_interval: '* * * * *' });
  service.clock.advance(10 * 60_000);
  service = await service.restart();
  await service.tick();
  user = await service.api.signIn(user.user.email, user.password);
  const { body } = await user.get<RunDto[]>(`/schedules/${String(schedule.id)}/runs`);
  expect(body.map(({ status, missed_count }) => [status, missed_count])).toEqual([
    ['succeeded', 0],
    ['missed', 9],
  ]);
});

test('a run that has just been made is on its way to the queue, and is not offered until it ought to be there', async () => {
  const schedule = await user.newSchedule({ schedule_interval: '0 0 1 1 *' });
  const now = instantText(service.clock.now());
  await service.write(
    `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, available_at, created_at)
     VALUES (?, ?, 'manual', 'queued', ?, ?)`,
    [schedule.id, now, now, now],
  );
  const recovery = service.app.get(Recovery);
  expect(await recovery.requeue()).toBe(0);
  service.clock.advance(5000);
  expect(await recovery.requeue()).toBe(1);
  await service.settled();
});
