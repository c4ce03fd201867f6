import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
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

test('leads through all pages by Link', async () => {
  let path: string | undefined = '/schedules?limit=1';
  const seen: string[] = [];
  while (path !== undefined) {
    const { body, headers }: { body: ScheduleDto[]; headers: Headers } =
      await member.get<ScheduleDto[]>(path);
    expect(headers.get('x-total-count')).toBe('3');
    seen.push(...body.map(({ title }) => title));
    path = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  }
  expect(seen).toEqual(['Nightly backup', 'report_daily', 'done']);
});

test.each(['enabled=maybe', 'is_completed=1', 'q=', 'limit=0', 'sort=title'])(
  'refuses ?%s',
  async (query) => {
    const { status, body } = await member.get(`/schedules?${query}`);
    expect(status).toBe(422);
    expect(body.errors?.[0]?.field).toBe(query.split('=')[0]);
  },
);
