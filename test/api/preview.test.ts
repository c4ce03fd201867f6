import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ComputingTurns } from '../../src/schedules/computing-turns.js';
import { effort, spend } from '../../src/timing/effort.js';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import type { OccurrenceDto, PreviewDto } from '../../src/schedules/dto/preview.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
let other: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-03-29T12:00:00Z');
  await service.api.newUser();
  [user, other] = [await service.api.newUser(), await service.api.newUser()];
});
afterAll(() => service.stop());

const preview = async (request: object): Promise<PreviewDto> => {
  const { status, body } = await user.post<PreviewDto>('/schedules/preview', request);
  expect(status).toBe(200);
  return body;
};

describe('POST /schedules/preview', () => {
  test('shows the next occurrences as instants and on the clock, in plain English, and stores nothing', async () => {
    const body = await preview({ schedule_interval: '30 2 * * *', timezone: 'Europe/Berlin', count: 3 });
    expect(body).toEqual({
      description: 'At 02:30',
      occurrences: [
        { at: '2030-03-30T01:30:00.000Z', local: '2030-03-30T02:30:00', offset: '+01:00' },
        { at: '2030-03-31T01:00:00.000Z', local: '2030-03-31T03:00:00', offset: '+02:00' },
        { at: '2030-04-01T00:30:00.000Z', local: '2030-04-01T02:30:00', offset: '+02:00' },
      ],
      warnings: [
        'The clock goes forward by 60 minutes on 2030-03-31 at 02:00: a time it skips fires at the end of the gap.',
      ],
    });
    expect((await user.get<ScheduleDto[]>('/schedules')).body).toEqual([]);
  });

  test.each([
    ['*/30 * * * *', '2030-03-31T00:00:00Z', 4, 'the times it skips do not fire'],
    ['30 2 * * *', '2030-10-26T12:00:00Z', 3, 'a time that comes twice fires once'],
    ['*/30 * * * *', '2030-10-27T00:00:00Z', 6, 'the times that come twice fire twice'],
  ])('%s warns of the clock change after %s', async (schedule_interval, after, count, warning) => {
    const { warnings } = await preview({ schedule_interval, timezone: 'Europe/Berlin', after, count });
    expect(warnings).toEqual([expect.stringContaining(warning)]);
  });

  test.each([
    ['0 0 29 2 *', 'Occurrences are rare: the first two are 1461 days apart.'],
    ['2030-06-01T09:00', 'There is only 1; then none follows.'],
    ['2030-01-01T09:00', 'There is no occurrence after that instant.'],
    [
      'H H * * *',
      'H stands for values that are chosen when the schedule is created: these times are an example.',
    ],
  ])('%s warns: %s', async (schedule_interval, warning) => {
    expect((await preview({ schedule_interval })).warnings).toEqual([warning]);
  });

  test('takes after, and shows 5 occurrences unless told otherwise', async () => {
    const { occurrences, warnings } = await preview({
      schedule_interval: '@daily',
      after: '2031-01-01T00:00:00+02:00',
    });
    expect(occurrences.map(({ local }) => local)).toEqual([
      '2031-01-01T00:00:00',
      '2031-01-02T00:00:00',
      '2031-01-03T00:00:00',
      '2031-01-04T00:00:00',
      '2031-01-05T00:00:00',
    ]);
    expect(warnings).toEqual([]);
    expect((await preview({ schedule_interval: '* * * * * *', count: 100 })).occurrences).toHaveLength(100);
  });

  test.each([
    ['the fifth Monday of February, every 28 years', { schedule_interval: '0 0 * 2 1#5' }, 36],
    ['February 29', { schedule_interval: '59 59 23 29 2 *' }, 100],
    ['twice a year', { schedule_interval: '30 2 25-31 3,10 7L' }, 100],
    ['every second', { schedule_interval: '* * * * * *' }, 100],
    [
      'every second before a clock change',
      { schedule_interval: '* * * * * *', after: '2030-03-31T00:59:30Z' },
      100,
    ],
    ['ten years apart', { schedule_interval: '@every 3650d' }, 97],
  ])('computes little for %s', async (_name, request, count) => {
    const steps = effort();
    const { occurrences } = await preview({
      timezone: 'Europe/Berlin',
      after: '2030-01-01T00:00:00Z',
      count: 100,
      ...request,
    });
    expect(occurrences).toHaveLength(count);
    // A step takes 2 to 5 µs.
    expect(steps()).toBeLessThan(6000);
  });

  test.each([
    ['never fires', { schedule_interval: '0 0 30 2 *' }],
    ['never fires, whatever H is', { schedule_interval: 'H H 31 2,4,6,9,11 *' }],
    ['is too long', { schedule_interval: `${'0,'.repeat(20_000)}0 * * * *` }],
    ['names an unknown zone', { timezone: 'Europe/Atlantis' }],
  ])('refuses at once what %s', async (_name, wrong) => {
    const steps = effort();
    const { status, body } = await user.post('/schedules/preview', { schedule_interval: '@daily', ...wrong });
    expect([status, body.errors?.map(({ field }) => field)]).toEqual([422, Object.keys(wrong)]);
    expect(steps()).toBeLessThan(150);
  });

  test('a user whose requests computed too much is told when to come back, and nobody else is', async () => {
    const greedy = await service.api.newUser();
    const path = `/schedules/${String((await greedy.newSchedule()).id)}`;
    const { body: me } = await greedy.get<UserDto>('/auth/me');
    const fields = { title: 'x', schedule_interval: '@daily' };
    const ask = (client: SignedInClient): Promise<{ status: number; headers: Headers }[]> =>
      Promise.all([
        client.post('/schedules/preview', { schedule_interval: '@daily' }),
        client.get('/upcoming'),
        client.get(`${path}/upcoming`),
        client.post('/schedules', fields),
        client.patch(path, { schedule_interval: '@hourly' }),
        client.post('/schedules/bulk', { ids: [1], change: 'resume' }),
      ]);
    service.app.get(ComputingTurns).charge(me.id, () => {
      spend(2_000_000);
    });
    const answers = await ask(greedy);
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 429, 429, 429, 429]);
    for (const { headers } of answers) expect(Number(headers.get('retry-after'))).toBeGreaterThan(30);
    expect((await greedy.get(path)).status).toBe(200);
    expect((await ask(other)).map(({ status }) => status)).toEqual([200, 200, 404, 200, 404, 200]);
  });

  test.each([
    ['schedule_interval', ''],
    ['schedule_interval', '0 0 30 2 *'],
    ['timezone', 'Mars'],
    ['count', 0],
    ['count', 101],
    ['count', '5'],
    ['after', 'now'],
    ['colour', 'red'],
  ])('refuses %s = %j', async (field, value) => {
    const { status, body } = await user.post('/schedules/preview', {
      schedule_interval: '@daily',
      [field]: value,
    });
    expect([status, body.errors?.map((error) => error.field)]).toEqual([422, [field]]);
  });
});

describe('GET /schedules/{id}/upcoming', () => {
  test('shows what is to come, as many as it may still run', async () => {
    const { id } = await user.newSchedule({
      schedule_interval: '0 9 * * *',
      timezone: 'Asia/Tokyo',
      max_runs: 2,
    });
    const { status, body } = await user.get<OccurrenceDto[]>(`/schedules/${String(id)}/upcoming?count=3`);
    expect(status).toBe(200);
    expect(body).toEqual([
      { at: '2030-03-30T00:00:00.000Z', local: '2030-03-30T09:00:00', offset: '+09:00' },
      { at: '2030-03-31T00:00:00.000Z', local: '2030-03-31T09:00:00', offset: '+09:00' },
    ]);
  });

  test('begins with what is due and not yet claimed; a paused schedule has none', async () => {
    const { id, next_run } = await user.newSchedule({ schedule_interval: '0 * * * *' });
    service.clock.advance(7_200_000);
    const { body } = await user.get<OccurrenceDto[]>(`/schedules/${String(id)}/upcoming?count=1`);
    expect(body[0]?.at).toBe(next_run);
    await user.patch(`/schedules/${String(id)}`, { enabled: false });
    expect((await user.get(`/schedules/${String(id)}/upcoming`)).body).toEqual([]);
  });

  test('is 404 for others, 422 for a count out of range', async () => {
    const { id } = await user.newSchedule();
    expect((await other.get(`/schedules/${String(id)}/upcoming`)).status).toBe(404);
    expect((await user.get(`/schedules/${String(id)}/upcoming?count=101`)).status).toBe(422);
  });
});
