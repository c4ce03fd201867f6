import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import type { SignedInClient } from '../support/api-client.js';
import { insertSchedules, insertSchedulesAt } from '../support/many-schedules.js';
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

/** So many instants, so many milliseconds after each other. */
const instants = (count: number, firstSeconds: number, apartMs: number): Date[] =>
  Array.from({ length: count }, (_, n) => inSeconds(firstSeconds + (n * apartMs) / 1000));

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

test('an instant that is nearer than all alarms gets one, at the limit, too', async () => {
  await insertSchedulesAt(service, instants(300, 40, 10));
  await service.scheduler.setAlarms();
  expect(service.alarms).toHaveLength(300);
  await user.newSchedule({ schedule_interval: '5 * * * * *' });
  expect(service.alarms).toHaveLength(300);
  expect(service.alarms[0]).toBe('alarm:2090-01-01T12:00:05.000Z');
  expect(service.alarms).not.toContain('alarm:2090-01-01T12:00:42.990Z');
});

test('1,000 instants a second: what is claimed for the next second does not take the alarms of this one', async () => {
  await insertSchedulesAt(service, instants(1000, 10, 1));
  await service.scheduler.setAlarms();
  const first = service.alarms;
  expect(first).toHaveLength(300);
  service.clock.set('2090-01-01T12:00:10.199Z');
  const registry = service.app.get(SchedulerRegistry);
  for (const alarm of first.slice(0, 200)) await registry.getCronJob(alarm).fireOnTick();
  await service.settled();
  await until(() => service.alarms.length > 150);
  const following = service.alarms.map((_, n) => `alarm:2090-01-01T12:00:10.${String(200 + n)}Z`);
  expect(service.alarms).toEqual(following);
});

test('an alarm whose timer rings early, or is set too late, is set again, and claims when its instant has come', async () => {
  const registry = service.app.get(SchedulerRegistry);
  const alarm = 'alarm:2090-01-01T12:00:20.000Z';
  for (const timerMs of [5, 0, -1, -172_800_000]) {
    service.clock.timerMs = timerMs;
    await user.newSchedule({ schedule_interval: '20 * * * * *' });
    const early = registry.getCronJob(alarm);
    await until(() => registry.getCronJob(alarm) !== early);
  }
  expect(await service.query('SELECT id FROM runs')).toEqual([]);
  service.clock.advance(20_000);
  await service.untilRuns('succeeded', 4);
  expect(service.alarms).toEqual(['alarm:2090-01-01T12:01:20.000Z']);
});

test('an alarm that cannot be set takes no place, and fails nothing else', async () => {
  const start = jest.spyOn(CronJob.prototype, 'start').mockImplementation(() => {
    throw new Error('WARNING: Date in past. Will never be fired.');
  });
  await insertSchedulesAt(service, instants(301, 10, 10));
  try {
    await service.scheduler.setAlarms();
    await user.newSchedule({ schedule_interval: '5 * * * * *' });
    expect(service.alarms).toEqual([]);
  } finally {
    start.mockRestore();
  }
  await service.scheduler.sweep();
  expect(service.alarms).toHaveLength(300);
});

test('what falls due while alarms are being set rings at once', async () => {
  await insertSchedules(service, 1, inSeconds(20));
  const since = service.clock.now();
  service.clock.advance(20_000);
  await service.scheduler.setAlarms(since);
  await service.untilRuns('succeeded', 1);
});

test.each([300, 400])(
  'where %d instants have passed before the answer, those that are yet to come have alarms all the same',
  async (passed) => {
    const since = service.clock.now();
    await insertSchedulesAt(service, instants(passed, 10, 1));
    await service.write(`UPDATE schedules SET schedule_interval = '@daily'`);
    await insertSchedules(service, 1, inSeconds(30));
    await insertSchedules(service, 1, inSeconds(40));
    service.clock.advance(20_000);
    await service.scheduler.setAlarms(since);
    expect(service.alarms).toEqual(['alarm:2090-01-01T12:00:30.000Z', 'alarm:2090-01-01T12:00:40.000Z']);
    await service.untilRuns('succeeded', passed);
  },
);
