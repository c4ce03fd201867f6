import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  ApiError,
  auth,
  Client,
  every,
  events,
  runs,
  schedules,
  type ServerEvent,
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
let token: string;

beforeAll(async () => {
  service = await TestService.start();
  const visitor = new Client({ baseUrl: service.api.url });
  await users.create(visitor, ADA);
  ({ token } = await auth.signIn(visitor, { email: ADA.email, password: ADA.password }));
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
    schedule_interval: 'this expression never matches a date',
  });
});

test('who is not signed in is told so, and signing out ends the token', async () => {
  const visitor = new Client({ baseUrl: service.api.url });
  expect((await refusal(auth.getMe(visitor))).status).toBe(401);
  const signedIn = await auth.signIn(visitor, { email: ADA.email, password: ADA.password });
  const other = new Client({ baseUrl: service.api.url, token: signedIn.token });
  await auth.signOut(other);
  expect((await refusal(auth.getMe(other))).status).toBe(401);
});

test('what is not from the service is an ApiError, too', async () => {
  const proxy: typeof fetch = () =>
    Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }));
  const error = await refusal(runs.list(new Client({ baseUrl: '', fetch: proxy })));
  expect(error.problem).toMatchObject({ status: 502, detail: '502 Bad Gateway' });
});

test('events come as they happen, and a lost stream goes on from where it was', async () => {
  const asked: (string | null)[] = [];
  // The first stream is cut after its first event, as a network would cut it.
  const cutting: typeof fetch = async (url, init) => {
    asked.push(new Headers(init?.headers).get('last-event-id'));
    const response = await fetch(url, init);
    if (asked.length > 1 || !response.body) return response;
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        if (new TextDecoder().decode(chunk).includes('data:')) controller.terminate();
      },
    });
    return new Response(response.body.pipeThrough(cut), response);
  };
  const listener = new Client({ baseUrl: service.api.url, token, fetch: cutting });
  const ending = new AbortController();
  const connections: boolean[] = [];
  const stream = events.stream(listener, {
    signal: ending.signal,
    onConnection: (open) => {
      connections.push(open);
      if (connections.length === 1)
        void schedules.create(client, { title: 'seen', schedule_interval: '@daily' });
      if (!open) void schedules.create(client, { title: 'missed', schedule_interval: '@daily' });
    },
  });
  const first = (await stream.next()).value as ServerEvent;
  const second = (await stream.next()).value as ServerEvent;
  ending.abort();
  expect((await stream.next()).done).toBe(true);

  expect([first.event, second.event]).toEqual(['schedule', 'schedule']);
  expect(first.data).toMatchObject({ change: 'created' });
  expect(second.data).not.toEqual(first.data);
  expect(asked).toEqual([null, first.id]);
  expect(connections).toEqual([true, false, true]);
});

test('a stream that is refused ends with the refusal', async () => {
  const stream = events.stream(new Client({ baseUrl: service.api.url }));
  expect((await refusal(stream.next())).status).toBe(401);
});
