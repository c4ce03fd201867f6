import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { SchedulesService } from '../../src/schedules/schedules.service.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:30Z');
  admin = await service.api.newUser();
  user = await service.api.newUser();
});
afterEach(() => service.stop());

const history = async (id: number): Promise<string[]> =>
  (await admin.get<RunDto[]>(`/runs?schedule_id=${String(id)}`)).body
    .map((run) => `${String(run.scheduled_for).slice(11, 16)} ${run.status} ${String(run.missed_count)}`)
    .reverse();

describe('what was due before a change is settled by the schedule as it was', () => {
  test.each([
    ['a new interval', (path: string) => user.patch(path, { schedule_interval: '0 0 1 1 *' }), 'succeeded'],
    ['a new description', (path: string) => user.patch(path, { description: 'x' }), 'succeeded'],
    ['a pause', (path: string) => user.patch(path, { enabled: false }), 'canceled'],
    ['a deletion', (path: string) => user.delete(path), 'canceled'],
    ['the end of its owner', () => user.delete(`/user/${String(user.user.id)}`), 'canceled'],
  ])('%s', async (_name, change, status) => {
    const { id } = await user.newSchedule();
    service.clock.advance(5 * 60_000);
    expect(await change(`/schedules/${String(id)}`)).toMatchObject({ status: 200 });
    await service.settled();
    expect(await history(id)).toEqual(['12:01 missed 4', `12:05 ${status} 0`]);
  });

  test('a change that is refused leaves what is due', async () => {
    const { id } = await user.newSchedule();
    service.clock.advance(60_000);
    const path = `/schedules/${String(id)}`;
    expect((await user.patch(path, { schedule_interval: '2020-01-01T00:00Z' })).status).toBe(422);
    expect(await history(id)).toEqual([]);
    await service.tick();
    expect(await history(id)).toEqual(['12:01 succeeded 0']);
  });
});

describe('what waits for a schedule that stops is canceled', () => {
  const stops: [string, (path: string) => Promise<unknown>][] = [
    ['paused', (path) => user.patch(path, { enabled: false })],
    ['deleted', (path) => user.delete(path)],
    ['ownerless', () => user.delete(`/user/${String(user.user.id)}`)],
  ];

  test.each(stops)('a jittered occurrence, when %s', async (_name, stop) => {
    const { id } = await user.newSchedule({ schedule_interval: '1 12 * * *', jitter_seconds: 3600 });
    service.clock.advance(30_000);
    await service.scheduler.sweep();
    expect(await history(id)).toEqual(['12:01 queued 0']);
    await stop(`/schedules/${String(id)}`);
    service.clock.advance(7_200_000);
    await service.tick();
    expect(await history(id)).toEqual(['12:01 canceled 0']);
    expect(service.action.calls).toEqual([]);
  });

  test.each(stops)('the retry of a run that was running when it was %s', async (_name, stop) => {
    const retry_policy = { min_backoff_seconds: 0 };
    const { id } = await user.newSchedule({ schedule_interval: '1 12 * * *', retry_policy });
    const end = service.action.hang();
    service.clock.advance(30_000);
    await service.scheduler.sweep();
    await service.untilRuns('running', 1);
    await stop(`/schedules/${String(id)}`);
    end({ ok: false, retryable: true, error: 'down' });
    await service.settled();
    expect(await history(id)).toEqual(['12:01 canceled 0']);
    expect(service.action.calls).toHaveLength(1);
  });

  test('but not a manual run of a paused schedule', async () => {
    const { id } = await user.newSchedule();
    service.action.behaviour = ({ run }) =>
      run.attempt === 1 ? { ok: false, retryable: true, error: 'down' } : { ok: true };
    await user.post(`/schedules/${String(id)}/run`);
    await service.untilRuns('running', 0);
    await service.settled();
    await user.patch(`/schedules/${String(id)}`, { enabled: false });
    service.clock.advance(10_000);
    await service.tick();
    expect(await history(id)).toEqual(['12:00 succeeded 0']);
  });
});

describe('a run does not start whose schedule stopped unseen while it was on its way', () => {
  const REASON = 'its schedule was deleted or disabled';

  /** As a transaction leaves it that queued the run and was not committed yet when the schedule stopped. */
  const queueUnseen = (id: number): Promise<void> =>
    service.write(
      `UPDATE runs SET status = 'queued', finished_at = NULL, error = NULL, created_at = available_at WHERE id = ?`,
      [id],
    );

  test.each([
    ['an occurrence of one that is deleted', 'deleted', 'schedule'],
    ['an occurrence of one that is paused', 'paused', 'schedule'],
    ['a manual run of one that is deleted', 'deleted', 'manual'],
  ])('%s', async (_what, stop, trigger) => {
    const { id } = await user.newSchedule({ schedule_interval: '1 12 * * *', jitter_seconds: 3600 });
    if (trigger === 'manual') {
      service.action.behaviour = () => ({ ok: false, retryable: true, error: 'down' });
      await user.post(`/schedules/${String(id)}/run`);
      await service.settled();
    } else {
      service.clock.advance(30_000);
      await service.scheduler.sweep();
    }
    const path = `/schedules/${String(id)}`;
    await (stop === 'deleted' ? user.delete(path) : user.patch(path, { enabled: false }));
    const [waiting] = (await admin.get<RunDto[]>(`/runs?schedule_id=${String(id)}`)).body;
    expect(waiting).toMatchObject({ status: 'canceled', error: REASON });
    await queueUnseen(waiting?.id ?? 0);
    const calls = service.action.calls.length;
    service.clock.advance(7_200_000);
    await service.tick();
    expect((await admin.get(`/runs/${String(waiting?.id)}`)).body).toMatchObject({
      ...{ status: 'canceled', error: REASON, finished_at: expect.any(String) },
    });
    expect(service.action.calls).toHaveLength(calls);
  });

  test('one that is deleted while somebody runs it is answered 404, and does not run', async () => {
    const { id } = await user.newSchedule({ schedule_interval: '@yearly' });
    const schedules = service.app.get(SchedulesService);
    const get = schedules.get.bind(schedules);
    const read = jest.spyOn(schedules, 'get').mockImplementation(async (...asked) => {
      const row = await get(...asked);
      await schedules.delete(...asked);
      return row;
    });
    const { status, body } = await user.post(`/schedules/${String(id)}/run`);
    read.mockRestore();
    expect([status, body.detail]).toEqual([404, `There is no schedule ${String(id)}.`]);
    await service.tick();
    expect(service.action.calls).toEqual([]);
    expect(await history(id)).toEqual([]);
  });
});
