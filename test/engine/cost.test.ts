import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { effort } from '../../src/timing/effort.js';
import type { SignedInClient } from '../support/api-client.js';
import { EventReader } from '../support/event-reader.js';
import { insertSchedules } from '../support/many-schedules.js';
import { recordStatements } from '../support/statements.js';
import { TestService } from '../support/test-service.js';

// What a run costs, counted rather than timed: a count is the same on every machine.

let service: TestService;
let admin: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  admin = await service.api.newUser();
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

test('events cost no statement while nobody follows them, and few when somebody does', async () => {
  const { dataSource, scheduler, clock } = service;
  await insertSchedules(service, 2000, due, { schedule_interval: '*/5 * * * * *' });
  clock.set(due.toISOString());
  const statements = recordStatements(dataSource);
  const ofEvents = (): string[] => statements.filter((sql) => !sql.includes('AS yes'));
  await scheduler.claimDue();
  await service.untilRuns('succeeded', 2000);
  // Gathering takes 50 ms.
  await delay(150);
  expect(ofEvents()).toEqual([]);

  const reader = await EventReader.open(admin);
  statements.length = 0;
  clock.advance(5000);
  await scheduler.claimDue();
  await service.untilRuns('succeeded', 4000);
  await delay(150);
  const asked = ofEvents();
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThanOrEqual(40);
  await reader.close();
});

test('schedules that share expression and zone share the computation of their next occurrence', async () => {
  await insertSchedules(service, 1500, due, { schedule_interval: '7 */5 4-9 * * *' });
  service.clock.set(due.toISOString());
  const steps = effort();
  await service.scheduler.claimDue();
  // The pattern is read, the zone loaded, and a few offsets looked up, once.
  expect(steps()).toBeLessThan(200);
  expect(steps()).toBeGreaterThan(0);
});
