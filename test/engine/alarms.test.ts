import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  user = await service.api.newUser();
  // In the real future, where no alarm rings during the test; on a whole minute.
  service.clock.set('2090-01-01T12:00:00Z');
  user = await service.api.signIn(user.user.email, user.password);
});
afterEach(() => service.stop());

const inSeconds = (seconds: number): Date => new Date(service.clock.now().getTime() + seconds * 1000);

test('10,000 schedules that are due tomorrow arm nothing', async () => {
  await insertSchedules(service, 10_000, inSeconds(86_400));
  await service.scheduler.setAlarms();
  expect(service.alarms).toEqual([]);
});

test('500 schedules that are due in the same second of the coming minute share one alarm', async () => {
  await insertSchedules(service, 500, inSeconds(30));
  await service.scheduler.setAlarms();
  expect(service.alarms).toEqual(['alarm:2090-01-01T12:00:30.000Z']);
  await service.scheduler.setAlarms();
  expect(service.alarms).toHaveLength(1);
});

test('there is one alarm per distinct instant, up to a limit that holds for any number', async () => {
  for (let second = 1; second <= 20; second++) await insertSchedules(service, 3, inSeconds(second));
  await service.scheduler.setAlarms();
  expect(service.alarms).toHaveLength(20);
  for (let n = 0; n < 1000; n++) await insertSchedules(service, 1, inSeconds(30 + n / 100));
  await service.scheduler.setAlarms();
  expect(service.alarms).toHaveLength(300);

  // The instants beyond get theirs when half of these have rung.
  const rung = new Set(service.alarms.slice(0, 160));
  service.clock.set(service.alarms[160]?.slice('alarm:'.length) ?? '');
  for (const alarm of rung) await service.app.get(SchedulerRegistry).getCronJob(alarm).fireOnTick();
  await until(() => service.alarms.length >= 250);
  expect(service.alarms.some((alarm) => rung.has(alarm))).toBe(false);
});

test('creating or changing a schedule arms its next_run when that is near', async () => {
  const schedule = await user.newSchedule({ schedule_interval: '0 13 * * *' });
  expect(service.alarms).toEqual([]);
  await user.patch(`/schedules/${String(schedule.id)}`, { schedule_interval: '20 * * * * *' });
  expect(service.alarms).toEqual(['alarm:2090-01-01T12:00:20.000Z']);
  await user.newSchedule({ schedule_interval: '40 * * * * *' });
  expect(service.alarms).toHaveLength(2);
});

test('claiming arms the next occurrence', async () => {
  await user.newSchedule({ schedule_interval: '*/10 * * * * *' });
  service.clock.advance(10_000);
  await service.tick();
  expect(service.alarms).toContain('alarm:2090-01-01T12:00:20.000Z');
});

test('a sweep arms what another process has stored, before it is due', async () => {
  await insertSchedules(service, 3, inSeconds(20));
  expect(service.alarms).toEqual([]);
  await service.scheduler.sweep();
  expect(service.alarms).toEqual(['alarm:2090-01-01T12:00:20.000Z']);
});
