import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import { ACCESS, Fixture } from '../api/access-table.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

type Schema = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Response {
  readonly $ref?: string;
  readonly content?: Content;
}

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly in: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { examples: Record<string, { value: unknown }> }>>;
  };
  readonly responses: Readonly<Record<string, Response>>;
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]): Operation => ({ ...operation, method, path })),
);

/** The same, but that no object may have a property that is not declared. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const parts = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  return 'properties' in part && !('additionalProperties' in part)
    ? { ...parts, additionalProperties: false }
    : parts;
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: 'document', components: closed(document.components) });

const validators = new Map<string, ValidateFunction>();
function faultsOf(schema: Schema, value: unknown): string {
  const text = JSON.stringify(closed(schema)).replaceAll('"#/', '"document#/');
  const validate = validators.get(text) ?? ajv.compile(JSON.parse(text) as Schema);
  validators.set(text, validate);
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

const resolved = (response: Response | undefined): Response | undefined =>
  response?.$ref === undefined
    ? response
    : document.components.responses[response.$ref.split('/').at(-1) ?? ''];

let service: TestService;
let owner: SignedInClient;
let admin: SignedInClient;
let fixture: Fixture;
let keys: { read: string; write: string };
const faults: string[] = [];
const statuses = new Map<number, number>();

beforeAll(async () => {
  service = await TestService.start({ MAX_SCHEDULES_PER_USER: '100000' });
  admin = await service.api.newUser();
  owner = await service.api.newUser();
  fixture = new Fixture(service, owner);
  const key = async (scope: string): Promise<string> => {
    const { body } = await owner.post<NewApiKeyDto>('/auth/api-keys', { name: scope, scopes: [scope] });
    return body.key;
  };
  keys = { read: await key('read'), write: await key('write') };
});
afterAll(() => service.stop());

interface Call {
  readonly token?: string;
  readonly body?: string;
  readonly type?: string;
}

/** Makes a call, and notes where its answer is not what the document says. */
async function call(operation: Operation, path: string, { token, body, type }: Call): Promise<number> {
  const { operationId, method, responses } = operation;
  const answer = await fetch(service.api.url + path, {
    method: method.toUpperCase(),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...((type ?? body) !== undefined && { 'content-type': type ?? 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  const { status } = answer;
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const note = (fault: string): void => {
    faults.push(`${operationId} ${path} ${body?.slice(0, 80) ?? ''}: ${String(status)} ${fault}`);
  };
  const response = resolved(responses[String(status)]);
  const [media = ''] = (answer.headers.get('content-type') ?? '').split(';');
  const schema = response?.content?.[media]?.schema;
  if (!response) note('is not documented');
  else if (!response.content) {
    if ((await answer.text()) !== '') note('has a body');
  } else if (!schema) note(`is ${media}, not ${Object.keys(response.content).join()}`);
  else if (media === 'text/event-stream') await answer.body?.cancel();
  else {
    const text = await answer.text();
    const fault = faultsOf(schema, /json/.test(media) ? JSON.parse(text) : text);
    if (fault) note(`${fault}: ${text.slice(0, 200)}`);
  }
  return status;
}

/** A session that the call may end. */
const session = async (user: SignedInClient): Promise<string> =>
  (await service.api.signIn(user.user.email, user.password)).bearer;

test('every answer to some 400 varied calls is as the document says', async () => {
  for (const operation of operations) {
    const { operationId, method, path, parameters = [], requestBody, security } = operation;
    const entry = ACCESS[operationId];
    if (!entry) throw new Error(`${operationId} is not in the access table`);
    const user = entry.who === 'admin' ? admin : owner;
    const token = await session(user);
    const good = async (): Promise<[string, string | undefined]> => {
      const { id, query = '', body } = await entry.request(fixture);
      return [
        path.replace(/\{\w+\}/, String(id)) + query,
        body === undefined ? undefined : JSON.stringify(body),
      ];
    };
    const send = async (more: Partial<Call>, at?: string): Promise<number> => {
      const [url, body] = await good();
      return call(operation, at ?? url, {
        token,
        ...(body !== undefined && { body }),
        ...more,
      });
    };

    // A good call may end the session that it comes by.
    const success = await send({ token: await session(user) });
    expect([operationId, success]).toEqual([operationId, entry.success]);
    const [url] = await good();
    const anonymous = await call(operation, url, requestBody ? { body: '{}' } : {});
    expect([operationId, anonymous === 401]).toEqual([
      operationId,
      security.length > 0 && entry.who !== 'maybe',
    ]);
    await send({ token: 'no.good.token' });
    await send({ token: keys.read });
    await send({ token: keys.write });
    await send({ type: 'text/plain', ...(method !== 'get' && { body: 'x' }) });
    if (path.includes('{')) {
      await send({}, path.replace(/\{\w+\}/, '999999999'));
      await send({}, path.replace(/\{\w+\}/, 'x'));
    }
    if (parameters.some((parameter) => parameter.in === 'query')) {
      await send({}, `${url.split('?')[0] ?? ''}?unknown=1`);
      await send({}, `${url}${url.includes('?') ? '&' : '?'}limit=2`);
    }
    if (requestBody) {
      await send({ body: '{' });
      await send({ body: '{"unknown": 1}' });
      await send({ body: '[]' });
      await send({ body: JSON.stringify({ x: 'x'.repeat(300_000) }) });
    }
  }
  const table = [...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, n]) => `${String(status)}: ${String(n)}`);
  process.stdout.write(`${table.join(', ')}\n`);
  expect(faults).toEqual([]);
  expect([...statuses.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThan(300);
  expect([...statuses.keys()]).toEqual(
    expect.arrayContaining([200, 201, 202, 204, 400, 401, 403, 404, 413, 415, 422]),
  );
}, 120_000);

test('the example of every body is accepted', async () => {
  await owner.post('/secrets', { name: 'API_TOKEN', value: 'hidden' });
  const refused: string[] = [];
  let sent = 0;
  for (const operation of operations) {
    const { operationId, path, requestBody } = operation;
    const examples = requestBody?.content['application/json']?.examples ?? {};
    for (const [name, { value }] of Object.entries(examples)) {
      const { id = '' } = (await ACCESS[operationId]?.request(fixture)) ?? {};
      const token = operationId === 'createUser' ? admin.bearer : owner.bearer;
      const url = path.replace(/\{\w+\}/, String(id));
      const status = await call(operation, url, { token, body: JSON.stringify(value) });
      sent++;
      if (status >= 300) refused.push(`${operationId} ${name}: ${String(status)}`);
    }
  }
  expect(refused).toEqual([]);
  expect(sent).toBeGreaterThan(12);
}, 60_000);

test('the data of events is as the document says', async () => {
  const { schema } = resolved(document.paths['/events']?.['get']?.responses['200'])?.content?.[
    'text/event-stream'
  ] ?? { schema: {} };
  const ending = new AbortController();
  const { body } = await owner.open('/events', {}, ending.signal);
  const { id } = await owner.newSchedule();
  await owner.post(`/schedules/${String(id)}/run`);
  const seen = new Set<string>();
  let text = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    for (const [, event = '', data = ''] of text.matchAll(/^event: (\w+)\n(?:id: .*\n)?data: (.*)\n/gm)) {
      seen.add(event);
      expect([event, faultsOf(schema, JSON.parse(data))]).toEqual([event, '']);
    }
    if (seen.size === 2) break;
  }
  ending.abort();
  expect([...seen].sort()).toEqual(['run', 'schedule']);
});
