import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { instantText } from '../../src/database/columns.js';
import type { OverviewDto } from '../../src/overview/dto/overview.dto.js';
import { MOST_RUNS } from '../../src/overview/run-counter.js';
import { MOST_SCHEDULES } from '../../src/overview/schedule-counter.js';
import type { SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let other: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:20:00Z');
  admin = await service.api.newUser();
  [member, other] = [await service.api.newUser(), await service.api.newUser()];
});
afterEach(() => service.stop());

async function overview(user: SignedInClient, query = ''): Promise<OverviewDto> {
  const { status, body } = await user.get<OverviewDto>(`/overview${query}`);
  expect(status).toBe(200);
  return body;
}

/** Stores runs of a schedule, one second apart, as they would be after they were over. */
const insertRuns = (
  scheduleId: number,
  first: string,
  runs: { status: string; count?: number; missed?: number; lateness?: number; trigger?: string },
): Promise<unknown> =>
  service.unitOfWork.transaction((manager) =>
    manager.query(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
       INSERT INTO runs (schedule_id, owner_id, scheduled_for, "trigger", status, missed_count, lateness_ms, finished_at,
                         error)
       SELECT ?, (SELECT owner_id FROM schedules WHERE id = ?),
              strftime('%Y-%m-%d %H:%M:%f', ?, i || ' seconds'), ?, ?, ?, ? + i, ?, 'no ' || i FROM n`,
      [
        ...[
          runs.count ?? 1,
          scheduleId,
          scheduleId,
          instantText(new Date(first)),
          runs.trigger ?? 'schedule',
        ],
        ...[runs.status, runs.missed ?? 0, runs.lateness ?? null, instantText(new Date(first))],
      ],
    ),
  );

const NONE = {
  ...{ succeeded: 0, failed: 0, timed_out: 0, canceled: 0, interrupted: 0, skipped: 0, missed: 0 },
  ...{ lateness_p50_ms: null, lateness_max_ms: null },
};

test('counts runs by the hour they were scheduled for, and says how late they were', async () => {
  const { id } = await member.newSchedule();
  await insertRuns(id, '2030-01-01T12:00:00Z', { status: 'succeeded', count: 5, lateness: 10 });
  await insertRuns(id, '2030-01-01T11:59:59Z', { status: 'failed', lateness: 7 });
  await insertRuns(id, '2030-01-01T11:00:00Z', { status: 'timed_out' });
  await insertRuns(id, '2030-01-01T10:00:00Z', { status: 'missed', missed: 30 });
  for (const status of ['canceled', 'interrupted', 'skipped', 'queued', 'running'])
    await insertRuns(id, '2030-01-01T10:30:00Z', { status, trigger: 'manual', lateness: 99_999 });
  await insertRuns(id, '2030-01-01T09:59:59Z', { status: 'succeeded' });
  expect(await overview(member, '?hours=3')).toMatchObject({
    from: '2030-01-01T10:00:00.000Z',
    to: '2030-01-01T12:20:00.000Z',
    complete: true,
    hours: [
      {
        ...NONE,
        at: '2030-01-01T10:00:00.000Z',
        ...{ missed: 30, canceled: 1, interrupted: 1, skipped: 1 },
      },
      {
        ...{ ...NONE, at: '2030-01-01T11:00:00.000Z', failed: 1, timed_out: 1 },
        ...{ lateness_p50_ms: 7, lateness_max_ms: 7 },
      },
      {
        ...{ ...NONE, at: '2030-01-01T12:00:00.000Z', succeeded: 5 },
        ...{ lateness_p50_ms: 12, lateness_max_ms: 14 },
      },
    ],
  });
});

test('looks back 24 hours unless told otherwise; an hour without runs is there, too', async () => {
  const { from, hours, complete } = await overview(member);
  expect([from, hours.length, complete]).toEqual(['2029-12-31T13:00:00.000Z', 24, true]);
  expect(hours[23]).toEqual({ ...NONE, at: '2030-01-01T12:00:00.000Z' });
  expect((await overview(member, '?hours=168')).hours).toHaveLength(168);
});

test('counts schedules by how they are, and shows those that fail with their latest reason', async () => {
  const failing = await member.newSchedule({ title: 'failing', retry_policy: { max_attempts: 1 } });
  await member.newSchedule({ enabled: false });
  await member.newSchedule({ is_completed: true });
  const gone = await member.newSchedule();
  await member.delete(`/schedules/${String(gone.id)}`);
  service.action.behaviour = () => ({ ok: false, retryable: false, error: 'answered 404' });
  service.clock.advance(60_000);
  await service.tick();
  service.action.behaviour = () => ({ ok: false, retryable: false, error: 'answered 410' });
  service.clock.advance(60_000);
  await service.tick();
  const { schedules, failing: shown } = await overview(member);
  expect(schedules).toEqual({ total: 3, enabled: 1, completed: 1, failing: 1 });
  expect(shown).toEqual([
    {
      ...{ schedule_id: failing.id, title: 'failing', consecutive_failures: 2 },
      ...{ last_error: 'answered 410', last_failed_at: '2030-01-01T12:22:00.000Z' },
    },
  ]);
  // A time-out is a failure like any other, whichever came last.
  await insertRuns(failing.id, '2030-01-01T12:23:00Z', { status: 'timed_out' });
  service.clock.advance(5000);
  expect((await overview(member)).failing).toMatchObject([{ last_error: 'no 0' }]);
});

test('shows a member its own, an admin everything', async () => {
  const mine = await member.newSchedule();
  const theirs = await other.newSchedule();
  await insertRuns(mine.id, '2030-01-01T12:00:00Z', { status: 'succeeded', count: 2 });
  await insertRuns(theirs.id, '2030-01-01T12:00:00Z', { status: 'failed', count: 3 });
  await service.unitOfWork.transaction((manager) =>
    manager.query('UPDATE schedules SET consecutive_failures = 3 WHERE id = ?', [theirs.id]),
  );
  const seen = async (user: SignedInClient): Promise<unknown[]> => {
    const { hours, schedules, failing } = await overview(user, '?hours=1');
    return [hours[0]?.succeeded, hours[0]?.failed, schedules.total, failing.length];
  };
  expect(await seen(member)).toEqual([2, 0, 1, 0]);
  expect(await seen(other)).toEqual([0, 3, 1, 1]);
  expect(await seen(admin)).toEqual([2, 3, 2, 1]);
});

test('shows the 20 that failed most often in a row', async () => {
  await insertSchedules(service, 30, new Date('2031-01-01T00:00:00Z'));
  await service.unitOfWork.transaction((manager) =>
    manager.query('UPDATE schedules SET consecutive_failures = id'),
  );
  const { schedules, failing } = await overview(admin);
  expect(schedules.failing).toBe(30);
  expect(failing.map(({ consecutive_failures }) => consecutive_failures)).toEqual(
    Array.from({ length: 20 }, (_, n) => 30 - n),
  );
});

test('is the same for five seconds, for each caller and window', async () => {
  const { id } = await member.newSchedule();
  expect((await overview(member)).hours[23]?.succeeded).toBe(0);
  await insertRuns(id, '2030-01-01T12:00:00Z', { status: 'succeeded' });
  service.clock.advance(4999);
  expect((await overview(member)).hours[23]?.succeeded).toBe(0);
  expect((await overview(member, '?hours=1')).hours[0]?.succeeded).toBe(1);
  expect((await overview(admin)).hours[23]?.succeeded).toBe(1);
  service.clock.advance(1);
  expect((await overview(member)).hours[23]?.succeeded).toBe(1);
});

test('looks at the latest 50,000 runs and at 100,000 schedules, and says where that is not all', async () => {
  await insertSchedules(service, MOST_SCHEDULES + 10, new Date('2031-01-01T00:00:00Z'));
  const { id } = await member.newSchedule();
  await insertRuns(id, '2029-12-31T21:00:00Z', { status: 'succeeded', count: MOST_RUNS + 5000 });
  const all = await overview(admin);
  expect(all).toMatchObject({ complete: false, schedules: { total: MOST_SCHEDULES } });
  const count = (hours: OverviewDto['hours']): number =>
    hours.reduce((sum, { succeeded }) => sum + succeeded, 0);
  // The last of them is scheduled for 12:16:39; 50,000 seconds before that is 22:23:20.
  expect([all.from, count(all.hours)]).toEqual(['2029-12-31T22:23:20.000Z', MOST_RUNS]);
  expect(all.hours[0]?.at).toBe('2029-12-31T22:00:00.000Z');
  const own = await overview(member, '?hours=2');
  expect([own.complete, own.schedules.total]).toEqual([true, 1]);
}, 60_000);

test.each(['hours=0', 'hours=169', 'hours=x', 'hours=', 'days=1'])('refuses ?%s', async (query) => {
  const { status, body } = await member.get(`/overview?${query}`);
  expect([status, body.errors?.[0]?.field]).toEqual([422, query.split('=')[0]]);
});
