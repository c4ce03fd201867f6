import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
let other: SignedInClient;
let schedule: ScheduleDto;
let path: string;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:30Z');
  user = await service.api.newUser();
  [user, other] = [await service.api.newUser(), user];
  other = await service.api.newUser();
  schedule = await user.newSchedule();
  path = `/schedules/${String(schedule.id)}`;
});
afterEach(() => service.stop());

const run = async (id: number): Promise<RunDto> => (await user.get<RunDto>(`/runs/${String(id)}`)).body;

describe('POST /schedules/{id}/run', () => {
  test('answers 202 with a run that is stored, and runs it', async () => {
    const { status, body } = await user.post<RunDto>(`${path}/run`);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      ...{ schedule_id: schedule.id, trigger: 'manual', max_attempts: 3 },
      scheduled_for: '2030-01-01T12:00:30.000Z',
    });
    await service.settled();
    expect(await run(body.id)).toMatchObject({ status: 'succeeded', attempt: 1 });
    expect((await user.get<ScheduleDto>(path)).body).toMatchObject({
      run_count: 0,
      next_run: schedule.next_run,
    });
  });

  test.each([{ enabled: false }, { is_completed: true }])(
    'works on a schedule that is %j',
    async (fields) => {
      await user.patch(path, fields);
      const { status, body } = await user.post<RunDto>(`${path}/run`);
      expect(status).toBe(202);
      await service.settled();
      expect((await run(body.id)).status).toBe('succeeded');
    },
  );

  test('any number at the same instant', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => user.post<RunDto>(`${path}/run`)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(3);
    await service.settled();
  });

  test('is 404 for others, and for what is not there', async () => {
    expect((await other.post(`${path}/run`)).status).toBe(404);
    expect((await user.post('/schedules/999/run')).status).toBe(404);
    await user.delete(path);
    expect((await user.post(`${path}/run`)).status).toBe(404);
  });
});

describe('POST /runs/{id}/cancel', () => {
  test('ends a running run, and tells its action to stop', async () => {
    let told = false;
    service.action.behaviour = (_context, stop) =>
      new Promise((resolve) => {
        stop.whenTold(() => {
          told = true;
          resolve({ ok: true });
        });
      });
    const { body } = await user.post<RunDto>(`${path}/run`);
    await service.untilRuns('running', 1);
    const canceled = await user.post<RunDto>(`/runs/${String(body.id)}/cancel`);
    expect(canceled).toMatchObject({
      status: 200,
      body: { status: 'canceled', error: 'canceled by a user' },
    });
    expect(told).toBe(true);
    await service.settled();
    expect(await run(body.id)).toEqual(canceled.body);
  });

  test('ends a queued run, which never starts; the one that waited for it does', async () => {
    await user.patch(path, { overlap_policy: 'queue' });
    const end = service.action.hang();
    for (let minute = 0; minute < 2; minute++) {
      service.clock.advance(60_000);
      await service.scheduler.sweep();
      await service.untilRuns('running', 1);
    }
    expect(await user.post('/runs/2/cancel')).toMatchObject({
      status: 200,
      body: { status: 'canceled', attempt: 0 },
    });
    service.clock.advance(60_000);
    await service.scheduler.sweep();
    end();
    await service.settled();
    expect(service.action.calls.map((call) => call.run.id)).toEqual([1, 3]);
  });

  test('lets the run that waited for it start at once', async () => {
    await user.patch(path, { overlap_policy: 'queue' });
    service.action.behaviour = ({ run: { id } }) => (id === 1 ? new Promise(() => undefined) : { ok: true });
    for (let minute = 0; minute < 2; minute++) {
      service.clock.advance(60_000);
      await service.scheduler.sweep();
      await service.untilRuns('running', 1);
    }
    await user.post('/runs/1/cancel');
    await service.settled();
    expect((await run(2)).status).toBe('succeeded');
  });

  test('is 409 for a run that is over, 404 for others', async () => {
    const { body } = await user.post<RunDto>(`${path}/run`);
    await service.settled();
    const again = await user.post(`/runs/${String(body.id)}/cancel`);
    expect([again.status, again.body.detail]).toEqual([409, `Run ${String(body.id)} is over already.`]);
    expect((await other.post(`/runs/${String(body.id)}/cancel`)).status).toBe(404);
    expect((await user.post('/runs/999/cancel')).status).toBe(404);
  });
});

describe('POST /runs/{id}/replay', () => {
  test('does it once more, as a new run of the same occurrence', async () => {
    service.clock.advance(600_000);
    await service.tick();
    const missed = (await user.get<RunDto[]>('/runs?status=missed')).body[0];
    const { status, body } = await user.post<RunDto>(`/runs/${String(missed?.id)}/replay`);
    expect(status).toBe(202);
    expect(body).toMatchObject({ trigger: 'replay', scheduled_for: missed?.scheduled_for, status: 'queued' });
    await service.settled();
    expect((await run(body.id)).status).toBe('succeeded');
    expect(await run(missed?.id ?? 0)).toMatchObject({ ...missed });
  });

  test('is 409 for a run that is not over, 404 for others and for a deleted schedule', async () => {
    const end = service.action.hang();
    const { body } = await user.post<RunDto>(`${path}/run`);
    expect((await user.post(`/runs/${String(body.id)}/replay`)).status).toBe(409);
    end();
    await service.settled();
    expect((await other.post(`/runs/${String(body.id)}/replay`)).status).toBe(404);
    await user.delete(path);
    expect((await user.post(`/runs/${String(body.id)}/replay`)).status).toBe(404);
  });
});

test('deleting a schedule cancels what waits to be run', async () => {
  service.action.behaviour = () => ({ ok: false, retryable: true, error: 'down' });
  const { body } = await user.post<RunDto>(`${path}/run`);
  await service.untilRuns('running', 0);
  await service.settled();
  await user.delete(path);
  expect(await run(body.id)).toMatchObject({
    status: 'canceled',
    error: 'its schedule was deleted or disabled',
  });
});
