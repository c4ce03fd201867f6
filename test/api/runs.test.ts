import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let other: SignedInClient;
let schedule: ScheduleDto;
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-03-26T17:21:30.000Z');
  [admin, member, other] = [
    await service.api.newUser(),
    await service.api.newUser(),
    await service.api.newUser(),
  ];
  schedule = await member.newSchedule();
  await other.newSchedule();
  for (const instant of ['17:22:00.004', '17:23:00.000', '17:27:00.250']) {
    service.clock.set(`2030-03-26T${instant}Z`);
    await service.tick();
  }
});
afterAll(() => service.stop());

const ids = ({ body }: { body: RunDto[] }): number[] => body.map(({ id }) => id);

describe('GET /schedules/{id}/runs', () => {
  test('tells what became of every occurrence, newest first', async () => {
    const { status, body, headers } = await member.get<RunDto[]>(`/schedules/${String(schedule.id)}/runs`);
    expect(status).toBe(200);
    expect(headers.get('x-total-count')).toBe('4');
    expect(
      body.map(({ scheduled_for, trigger, status, missed_count, lateness_ms }) => [
        String(scheduled_for).slice(11, 16),
        trigger,
        status,
        missed_count,
        lateness_ms,
      ]),
    ).toEqual([
      ['17:27', 'catch_up', 'succeeded', 0, 250],
      ['17:24', 'catch_up', 'missed', 3, null],
      ['17:23', 'schedule', 'succeeded', 0, 0],
      ['17:22', 'schedule', 'succeeded', 0, 4],
    ]);
    expect(body[0]).toEqual({
      id: expect.any(Number),
      schedule_id: schedule.id,
      scheduled_for: '2030-03-26T17:27:00.000Z',
      trigger: 'catch_up',
      status: 'succeeded',
      attempt: 1,
      max_attempts: 3,
      available_at: '2030-03-26T17:27:00.000Z',
      started_at: '2030-03-26T17:27:00.250Z',
      finished_at: '2030-03-26T17:27:00.250Z',
      lateness_ms: 250,
      duration_ms: 0,
      missed_count: 0,
      status_code: null,
      error: null,
      created_at: '2030-03-26T17:27:00.250Z',
    });
    expect(body[1]?.error).toMatch(/not running/);
  });

  test('the schedule itself tells when it ran last and will run next', async () => {
    expect((await member.get(`/schedules/${String(schedule.id)}`)).body).toMatchObject({
      last_run: '2030-03-26T17:27:00.250Z',
      next_run: '2030-03-26T17:28:00.000Z',
    });
  });

  test('is 404 for others', async () => {
    expect((await other.get(`/schedules/${String(schedule.id)}/runs`)).status).toBe(404);
    expect((await member.get('/schedules/999/runs')).status).toBe(404);
  });
});

describe('GET /runs', () => {
  test("shows a member the runs of its schedules, an admin everyone's", async () => {
    const mine = await member.get<RunDto[]>('/runs');
    expect(mine.body.map((run) => run.schedule_id)).toEqual(Array(4).fill(schedule.id));
    expect((await admin.get<RunDto[]>('/runs')).headers.get('x-total-count')).toBe('8');
  });

  test.each([
    ['status=missed', 1],
    ['status=failed', 0],
    ['from=2030-03-26T17:23:00Z', 3],
    ['to=2030-03-26T17:23:00Z', 1],
    ['from=2030-03-26T17:23:00Z&to=2030-03-26T17:24:00Z', 1],
    ['schedule_id=1', 4],
    ['schedule_id=2', 0],
  ])('filters by %s', async (query, count) => {
    expect((await member.get<RunDto[]>(`/runs?${query}`)).body).toHaveLength(count);
  });

  test('leads through all pages', async () => {
    const all = ids(await member.get<RunDto[]>('/runs'));
    const first = await member.get<RunDto[]>('/runs?limit=3');
    expect(ids(first)).toEqual(all.slice(0, 3));
    const link = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(ids(await member.get<RunDto[]>(link))).toEqual(all.slice(3));
  });

  test.each(['status=lost', 'from=yesterday', 'to=x', 'schedule_id=0', 'schedule_id=x', 'limit=5000'])(
    'refuses ?%s',
    async (query) => {
      const { status, body } = await member.get(`/runs?${query}`);
      expect(status).toBe(422);
      expect(body.errors?.[0]?.field).toBe(query.split('=')[0]);
    },
  );
});

describe('GET /runs/{id}', () => {
  test('shows one run to whom its schedule belongs, and to nobody else', async () => {
    const [latest] = (await member.get<RunDto[]>('/runs')).body;
    const path = `/runs/${String(latest?.id)}`;
    expect(await member.get(path)).toMatchObject({
      status: 200,
      body: { ...latest, output: null, attempts: [] },
    });
    expect((await admin.get(path)).status).toBe(200);
    expect((await other.get(path)).status).toBe(404);
    expect((await member.get('/runs/999')).status).toBe(404);
  });
});

test('the history of a deleted schedule stays readable', async () => {
  await member.delete(`/schedules/${String(schedule.id)}`);
  expect((await member.get<RunDto[]>(`/runs?schedule_id=${String(schedule.id)}`)).body).toHaveLength(4);
});
