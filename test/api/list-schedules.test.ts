import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import { SCHEDULE_SORTS } from '../../src/schedules/schedule-order.js';
import type { Answer, SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  admin = await service.api.newUser();
  member = await service.api.newUser();
  await admin.newSchedule({ title: 'admin' });
  await member.newSchedule({ title: 'Nightly backup', description: '100% of it' });
  await member.newSchedule({ title: 'report_daily', enabled: false });
  await member.newSchedule({ title: 'done', is_completed: true });
  const gone = await member.newSchedule({ title: 'gone' });
  await member.delete(`/schedules/${String(gone.id)}`);
});
afterAll(() => service.stop());

const titles = async (client: SignedInClient, query = ''): Promise<string[]> => {
  const { status, body } = await client.get<ScheduleDto[]>(`/schedules/${query}`);
  expect(status).toBe(200);
  return body.map(({ title }) => title);
};

test('shows a member its own, and an admin all, as bare arrays', async () => {
  expect(await titles(member)).toEqual(['Nightly backup', 'report_daily', 'done']);
  expect(await titles(admin)).toEqual(['admin', 'Nightly backup', 'report_daily', 'done']);
});

test.each([
  ['?enabled=true', ['Nightly backup', 'done']],
  ['?enabled=false', ['report_daily']],
  ['?is_completed=true', ['done']],
  ['?q=BACKUP', ['Nightly backup']],
  ['?q=100%25', ['Nightly backup']],
  ['?q=_', ['report_daily']],
  ['?q=%25', ['Nightly backup']],
  ['?q=backup&enabled=false', []],
  ['?limit=2', ['Nightly backup', 'report_daily']],
])('filters by %s', async (query, expected) => {
  expect(await titles(member, query)).toEqual(expected);
});

/** The titles of a list, read in pages of one. */
async function titlesByPage(client: SignedInClient, query = ''): Promise<string[]> {
  const seen: string[] = [];
  for (let path: string | undefined = `/schedules?limit=1${query}`; path !== undefined;) {
    const { status, body, headers }: Answer<ScheduleDto[]> = await client.get<ScheduleDto[]>(path);
    expect([status, body.length]).toEqual([200, 1]);
    seen.push(...body.map(({ title }) => title));
    path = nextPage(headers);
  }
  return seen;
}

const nextPage = (headers: Headers): string | undefined =>
  /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];

test('leads through all pages by Link', async () => {
  expect(await titlesByPage(member)).toEqual(['Nightly backup', 'report_daily', 'done']);
  expect((await member.get('/schedules?limit=1')).headers.get('x-total-count')).toBe('3');
});

test.each([
  'enabled=maybe',
  'is_completed=1',
  'q=',
  'limit=0',
  'sort=owner_id',
  'sort=%2Bid',
  'sort=',
  'cursor=.',
])('refuses ?%s', async (query) => {
  const { status, body } = await member.get(`/schedules?${query}`);
  expect(status).toBe(422);
  expect(body.errors?.[0]?.field).toBe(query.split('=')[0]);
});

describe('in an order that is asked for', () => {
  let user: SignedInClient;
  beforeAll(async () => {
    service.clock.set('2030-01-01T08:30:00Z');
    user = await service.api.newUser();
    const make = (title: string, fields: object): Promise<ScheduleDto> =>
      user.newSchedule({ title, ...fields });
    await make('b', { schedule_interval: '@daily' });
    const c = await make('c', { schedule_interval: '@hourly' });
    service.clock.advance(1);
    // Its title differs from that of the first by case only, and it is never due.
    await make('B', { enabled: false });
    service.clock.advance(1000);
    await make('a', { schedule_interval: '@daily' });
    await make('d', { enabled: false });
    await service.write('UPDATE schedules SET last_run = created_at WHERE id IN (?, ?)', [c.id, c.id + 2]);
    await user.patch(`/schedules/${String(c.id)}`, { description: 'changed' });
  });

  test.each([
    ['id', 'b c B a d'],
    ['title', 'a b B c d'],
    ['-title', 'd c B b a'],
    ['next_run', 'c b a B d'],
    ['-next_run', 'a b c d B'],
    ['last_run', 'c a b B d'],
    ['-last_run', 'a c d B b'],
    ['created_at', 'b c B a d'],
    ['-created_at', 'd a B c b'],
    ['updated_at', 'b B c a d'],
    ['-updated_at', 'd a c B b'],
    ['-id', 'd a B c b'],
  ])('?sort=%s: %s, at once and page by page', async (sort, expected) => {
    expect((await titles(user, `?sort=${sort}`)).join(' ')).toBe(expected);
    expect((await titlesByPage(user, `&sort=${sort}`)).join(' ')).toBe(expected);
  });

  test.each(SCHEDULE_SORTS)('?sort=%s shows the same of each schedule as no order does', async (sort) => {
    const byId = (list: ScheduleDto[]): ScheduleDto[] => list.sort((a, b) => a.id - b.id);
    const sorted = await user.get<ScheduleDto[]>(`/schedules?sort=${sort}`);
    expect(byId(sorted.body)).toEqual((await user.get<ScheduleDto[]>('/schedules')).body);
  });

  test('goes with filters', async () => {
    expect(await titlesByPage(user, '&sort=-title&q=b')).toEqual(['B', 'b']);
    expect(await titlesByPage(user, '&sort=-next_run&enabled=true')).toEqual(['a', 'b', 'c']);
  });

  test('refuses another, naming those there are', async () => {
    const { status, body } = await user.get('/schedules?sort=titel');
    expect([status, body.errors]).toEqual([
      422,
      [{ field: 'sort', message: `one of ${SCHEDULE_SORTS.join(', ')}` }],
    ]);
  });

  test('a page follows the one before, also when its last row has moved on by then', async () => {
    const { body, headers } = await user.get<ScheduleDto[]>('/schedules?sort=next_run&limit=1');
    const id = String(body[0]?.id);
    await user.patch(`/schedules/${id}`, { schedule_interval: '@yearly' });
    const following = await user.get<ScheduleDto[]>(nextPage(headers) ?? '');
    expect(following.body.map(({ title }) => title)).toEqual(['b']);
    await user.patch(`/schedules/${id}`, { schedule_interval: '@hourly' });
  });

  test('rows made by hand, whose instants may lack the milliseconds, are all there', async () => {
    const byHand = await service.api.newUser();
    for (const title of ['1', '2', '3']) await byHand.newSchedule({ title });
    const { user } = byHand;
    await service.write("UPDATE schedules SET created_at = '2030-01-01 00:00:00' WHERE owner_id = ?", [
      user.id,
    ]);
    expect(await titlesByPage(byHand, '&sort=created_at')).toEqual(['1', '2', '3']);
    expect(await titlesByPage(byHand, '&sort=-created_at')).toEqual(['3', '2', '1']);
  });

  const cursor = (...parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
  test.each([
    ['title', '5'],
    ['id', cursor('title', 'a', 1)],
    ['-id', cursor('-id', null, 1)],
    ['title', cursor('-title', 'a', 1)],
    ['title', cursor('title', null, 1)],
    ['title', cursor('title', 'a\0', 1)],
    ['title', cursor('title', 'a', 1e15)],
    ['title', cursor('title', 'a', -1)],
    ['title', cursor('title', 'a', '1')],
    ['next_run', cursor('next_run', 'a', 1)],
    ['next_run', cursor('next_run', '2030-13-01 00:00:00.000', 1)],
    ['next_run', cursor('next_run', '2030-02-30 00:00:00.000', 1)],
    ['next_run', cursor('next_run', '0000-02-20 00:00:00.000', 1)],
    ['next_run', cursor('next_run', {}, 1)],
  ])('refuses for ?sort=%s the cursor %s', async (sort, foreign) => {
    const { status, body } = await user.get(`/schedules?sort=${sort}&cursor=${foreign}`);
    expect([status, body.errors?.map(({ field }) => field)]).toEqual([422, ['cursor']]);
  });
});
