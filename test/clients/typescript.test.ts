import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  ApiError,
  auth,
  Client,
  every,
  runs,
  schedules,
  type UserCreate,
  users,
} from '../../clients/typescript/src/index.js';
import { TestService } from '../support/test-service.js';

const ADA: UserCreate = {
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: 'ada@example.com',
  password: 'correct horse battery',
  phone: '+49 30 901820',
};

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await TestService.start();
  const visitor = new Client({ baseUrl: service.api.url });
  await users.create(visitor, ADA);
  const { token } = await auth.signIn(visitor, { email: ADA.email, password: ADA.password });
  client = new Client({ baseUrl: `${service.api.url}/`, token: () => Promise.resolve(token) });
});

afterAll(() => service.stop());

/** What a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await call.then(() => 'it was not refused').catch((reason: unknown) => reason);
  if (error instanceof ApiError) return error;
  throw new Error(String(error));
}

test('a schedule is created, read, changed, run and deleted', async () => {
  const created = await schedules.create(client, { title: 'Report', schedule_interval: '0 9 * * MON-FRI' });
  expect(created.interval_description).toBe('At 09:00, Monday through Friday');
  expect(await schedules.get(client, created.id)).toEqual(created);

  const paused = await schedules.update(client, created.id, { enabled: false });
  expect(paused.next_run).toBeNull();

  const run = await schedules.run(client, created.id);
  await service.untilRun(run.id, 'succeeded');
  expect((await runs.get(client, run.id)).status).toBe('succeeded');
  expect((await schedules.listRuns(client, created.id, { status: 'succeeded' })).items).toHaveLength(1);

  await schedules.delete(client, created.id);
  expect((await refusal(schedules.get(client, created.id))).status).toBe(404);
});

test('a list comes in pages, and `every` reads them all', async () => {
  for (const title of ['one', 'two', 'three']) {
    await schedules.create(client, { title, schedule_interval: '@daily', tags: ['page'] });
  }
  const first = await schedules.list(client, { tag: 'page', limit: 2 });
  expect(first).toMatchObject({ total: 3, totalIsCapped: false });
  expect(first.items).toHaveLength(2);
  expect(first.cursor).toBeDefined();

  const titles: string[] = [];
  for await (const { title } of every((cursor) =>
    schedules.list(client, { tag: 'page', limit: 2, ...(cursor !== undefined && { cursor }) }),
  )) {
    titles.push(title);
  }
  expect(titles.sort()).toEqual(['one', 'three', 'two']);
});

test('a refusal says what is wrong with each field', async () => {
  const error = await refusal(schedules.create(client, { title: '', schedule_interval: '0 0 30 2 *' }));
  expect(error.status).toBe(422);
  expect(error.fields).toEqual({
    title: 'a text of 1 to 200 characters',
    schedule_interval: 'an interval that comes due: this one never does',
  });
});

test('who is not signed in is told so, and signing out ends the token', async () => {
  const visitor = new Client({ baseUrl: service.api.url });
  expect((await refusal(auth.getMe(visitor))).status).toBe(401);
  const { token } = await auth.signIn(visitor, { email: ADA.email, password: ADA.password });
  const other = new Client({ baseUrl: service.api.url, token });
  await auth.signOut(other);
  expect((await refusal(auth.getMe(other))).status).toBe(401);
});

test('what is not from the service is an ApiError, too', async () => {
  const proxy: typeof fetch = () =>
    Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }));
  const error = await refusal(runs.list(new Client({ baseUrl: '', fetch: proxy })));
  expect(error.problem).toMatchObject({ status: 502, detail: '502 Bad Gateway' });
});
