import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { UpcomingOccurrenceDto } from '../../src/schedules/dto/upcoming.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-03-30T12:00:00Z');
  admin = await service.api.newUser();
  member = await service.api.newUser();
});
afterEach(() => service.stop());

/** What comes, as `HH:MM:SS title`. */
async function upcoming(user: SignedInClient, query = ''): Promise<string[]> {
  const { status, body } = await user.get<UpcomingOccurrenceDto[]>(`/upcoming${query}`);
  expect(status).toBe(200);
  return body.map(({ at, title }) => `${String(at).slice(11, 19)} ${title}`);
}

test('merges the occurrences of all schedules in their order', async () => {
  const { id } = await member.newSchedule({ title: 'half', schedule_interval: '*/30 * * * *' });
  await member.newSchedule({ title: 'hour', schedule_interval: '0 * * * *' });
  await member.newSchedule({ title: 'once', schedule_interval: '2030-03-30T13:15:00Z' });
  const { body } = await member.get<UpcomingOccurrenceDto[]>('/upcoming?limit=1');
  expect(body).toEqual([{ schedule_id: id, title: 'half', at: '2030-03-30T12:30:00.000Z' }]);
  expect(await upcoming(member, '?limit=7')).toEqual([
    '12:30:00 half',
    '13:00:00 half',
    '13:00:00 hour',
    '13:15:00 once',
    '13:30:00 half',
    '14:00:00 half',
    '14:00:00 hour',
  ]);
});

test('ends at an instant, after a day unless told otherwise', async () => {
  await member.newSchedule({ title: 'x', schedule_interval: '0 */6 * * *' });
  expect(await upcoming(member, '?to=2030-03-31T00:00:00Z')).toEqual(['18:00:00 x', '00:00:00 x']);
  expect(await upcoming(member)).toEqual(['18:00:00 x', '00:00:00 x', '06:00:00 x', '12:00:00 x']);
  expect(await upcoming(member, '?to=2030-03-01T00:00:00Z')).toEqual([]);
});

test('knows clock changes, ends and numbers of runs', async () => {
  const schedule_interval = '30 2 * * *';
  await member.newSchedule({ title: 'Berlin', schedule_interval, timezone: 'Europe/Berlin' });
  await member.newSchedule({ title: 'twice', schedule_interval: '*/10 * * * *', max_runs: 2 });
  await member.newSchedule({
    ...{ title: 'ends', schedule_interval: '*/10 * * * *', end_at: '2030-03-30T12:10:00Z' },
  });
  // At 02:30 the clock has gone to 03:00.
  expect(await upcoming(member)).toEqual([
    '12:10:00 twice',
    '12:10:00 ends',
    '12:20:00 twice',
    '01:00:00 Berlin',
  ]);
});

test('leaves out what does not fire, and begins with what is due', async () => {
  await member.newSchedule({ title: 'paused', enabled: false });
  await member.newSchedule({ title: 'done', is_completed: true });
  const gone = await member.newSchedule({ title: 'gone' });
  await member.delete(`/schedules/${String(gone.id)}`);
  await member.newSchedule({ title: 'due', schedule_interval: '5 12 * * *' });
  service.clock.advance(600_000);
  expect(await upcoming(member, '?to=2030-03-30T13:00:00Z')).toEqual(['12:05:00 due']);
});

test('shows a member its own, an admin everything', async () => {
  await admin.newSchedule({ title: 'admin', schedule_interval: '0 13 * * *' });
  await member.newSchedule({ title: 'member', schedule_interval: '0 14 * * *' });
  expect(await upcoming(member)).toEqual(['14:00:00 member']);
  expect(await upcoming(admin)).toEqual(['13:00:00 admin', '14:00:00 member']);
});

test('shows a thousand at most, of however many schedules', async () => {
  await insertSchedules(service, 5000, new Date('2030-03-30T12:01:00Z'), { schedule_interval: '* * * * *' });
  await member.newSchedule({ title: 'busy', schedule_interval: '* * * * * *' });
  const { body } = await admin.get<UpcomingOccurrenceDto[]>('/upcoming?limit=1000');
  expect(body).toHaveLength(1000);
  expect(body.slice(0, 60).map(({ title }) => title)).toEqual([
    ...Array<string>(59).fill('busy'),
    'schedule 1',
  ]);
  const { body: own } = await member.get<UpcomingOccurrenceDto[]>('/upcoming?limit=1000');
  expect(own.at(-1)?.at).toBe('2030-03-30T12:16:40.000Z');
});

test.each(['to=tomorrow', 'to=', 'limit=0', 'limit=1001', 'from=x'])('refuses ?%s', async (query) => {
  const { status, body } = await member.get(`/upcoming?${query}`);
  expect([status, body.errors?.[0]?.field]).toEqual([422, query.split('=')[0]]);
});
