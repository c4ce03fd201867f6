import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Cron } from 'croner';
import { insertSchedules } from '../support/many-schedules.js';
import { recordStatements } from '../support/statements.js';
import { TestService } from '../support/test-service.js';

// What a run costs, counted rather than timed: a count is the same on every machine.

let service: TestService;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  await service.api.newUser();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await service.stop();
});

const due = new Date('2030-01-01T12:00:05Z');

test('2,000 schedules that are due together are claimed in four slices of three statements', async () => {
  await insertSchedules(service, 2000, due, { schedule_interval: '*/5 * * * * *' });
  service.clock.set(due.toISOString());
  const statements = recordStatements(service.dataSource.writer);
  await service.scheduler.claimDue();
  const slice = ['BEGIN', 'SELECT', 'INSERT', 'UPDATE', 'COMMIT'];
  const words = statements.map((sql) => sql.trim().split(/\s/)[0]);
  expect(words.slice(0, 20)).toEqual([...slice, ...slice, ...slice, ...slice]);
});

test('the runs of 2,000 schedules are started and ended by six statements for each 256 at most', async () => {
  await insertSchedules(service, 2000, due, { schedule_interval: '*/5 * * * * *' });
  service.clock.set(due.toISOString());
  await service.scheduler.claimDue();
  const statements = recordStatements(service.dataSource.writer);
  await service.untilRuns('succeeded', 2000);
  expect(statements.length).toBeLessThanOrEqual(6 * Math.ceil(2000 / 256) + 6);
});

test('schedules that share expression and zone share the computation of their next occurrence', async () => {
  await insertSchedules(service, 1500, due, { schedule_interval: '7 */5 4-9 * * *' });
  service.clock.set(due.toISOString());
  const computed = jest.spyOn(Cron.prototype, 'nextRun');
  await service.scheduler.claimDue();
  // One for the first, and those that the search takes for it.
  expect(computed.mock.calls.length).toBeLessThanOrEqual(4);
  expect(computed).toHaveBeenCalled();
});
