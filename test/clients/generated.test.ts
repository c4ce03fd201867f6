import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newUserFields } from '../support/api-client.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { TestService } from '../support/test-service.js';

const SCRIPT = join(import.meta.dirname, '../../scripts/other-generators.mjs');

/** A run that a float of 32 bits has no room for: it would be the one before. */
const RUN = 2 ** 24 + 1;

interface Schedule {
  readonly id: number;
  readonly timezone: string;
  readonly tags: readonly string[];
}

/** What the test asks of a client that was generated, in the words of each. */
interface Calls {
  signUp(fields: object): Promise<unknown>;
  signIn(email: string, password: string): Promise<string>;
  create(token: string, fields: object): Promise<Schedule>;
  update(token: string, id: number, fields: object): Promise<Schedule>;
  list(token: string): Promise<Schedule[]>;
  run(token: string, id: number): Promise<{ id: number }>;
}

let service: TestService;
let folder: string;
beforeAll(async () => {
  folder = scratchFolder();
  const only = ['@hey-api/openapi-ts', 'swagger-typescript-api'].flatMap((name) => ['--only', name]);
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, '--into', folder, ...only], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  service = await TestService.start();
}, 300_000);
afterAll(async () => {
  removeFolder(folder);
  await service.stop();
});

async function heyApi(): Promise<Calls> {
  type Operation = (options: object) => Promise<{ data: unknown }>;
  const sdk = (await import(join(folder, 'hey-api/sdk.gen.ts'))) as Record<string, Operation>;
  const call = async <Data>(name: string, options: object, token = ''): Promise<Data> => {
    const more = { baseUrl: service.api.url, auth: () => token, throwOnError: true };
    const answer = await sdk[name]?.({ ...options, ...more });
    return answer?.data as Data;
  };
  return {
    signUp: (body) => call('createUser', { body }),
    signIn: async (email, password) =>
      (await call<{ token: string }>('signIn', { body: { email, password } })).token,
    create: (token, body) => call('createSchedule', { body }, token),
    update: (token, id, body) => call('updateSchedule', { path: { id }, body }, token),
    list: (token) => call('listSchedules', {}, token),
    run: (token, id) => call('getRun', { path: { id } }, token),
  };
}

async function swaggerTypescriptApi(): Promise<Calls> {
  type Operation = (...parameters: unknown[]) => Promise<{ data: unknown }>;
  const { Api } = (await import(join(folder, 'sta.ts'))) as {
    Api: new (options: object) => Record<string, Record<string, Operation>>;
  };
  const api = new Api({ baseUrl: service.api.url });
  const call = async <Data>(
    tag: string,
    name: string,
    token: string,
    ...parameters: unknown[]
  ): Promise<Data> => {
    const answer = await api[tag]?.[name]?.(...parameters, { headers: { authorization: `Bearer ${token}` } });
    return answer?.data as Data;
  };
  return {
    signUp: async (fields) => (await api['user']?.['createUser']?.(fields))?.data,
    signIn: async (email, password) =>
      (await call<{ token: string }>('auth', 'signIn', '', { email, password })).token,
    create: (token, fields) => call('schedules', 'createSchedule', token, fields),
    update: (token, id, fields) => call('schedules', 'updateSchedule', token, id, fields),
    list: (token) => call('schedules', 'listSchedules', token, {}),
    run: (token, id) => call('runs', 'getRun', token, id),
  };
}

test.each([
  ['@hey-api/openapi-ts', heyApi],
  ['swagger-typescript-api', swaggerTypescriptApi],
])(
  'the client that %s makes signs up and in, creates, changes one field alone, lists, and reads runs',
  async (_, make) => {
    const calls = await make();
    const fields = newUserFields();
    await calls.signUp(fields);
    const token = await calls.signIn(fields.email, fields.password);
    const created = await calls.create(token, {
      title: 'Report',
      schedule_interval: '@daily',
      timezone: 'Europe/Berlin',
      tags: ['billing'],
      retry_policy: { max_attempts: 7, min_backoff_seconds: 11 },
    });
    const changed = await calls.update(token, created.id, { enabled: false });
    expect(changed).toEqual({
      ...created,
      ...{ enabled: false, next_run: null, updated_at: expect.any(String) as unknown },
    });
    expect(await calls.list(token)).toEqual([changed]);

    const { body } = await service.api
      .withToken(token)
      .post<{ id: number }>(`/schedules/${String(created.id)}/run`);
    await service.settled();
    await service.write('DELETE FROM runs WHERE id <> ?', [body.id]);
    await service.write('UPDATE runs SET id = ? WHERE id = ?', [RUN, body.id]);
    expect((await calls.run(token, RUN)).id).toBe(RUN);
  },
);
