import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import type { HttpActionDto } from '../../src/actions/dto/action.dto.js';
import { TEMPLATE_NAMES } from '../../src/actions/template.js';
import type { SignedInClient } from '../support/api-client.js';
import { CallingService } from '../support/calling-service.js';
import { callBy, newHttpSchedule, runOnce } from '../support/http-schedules.js';
import type { Received, Sink } from '../support/sink.js';
import type { TestService } from '../support/test-service.js';
import { codesIn, page, rotate, snippet, table } from '../support/webhooks-page.js';

let calling: CallingService;
let service: TestService;
let user: SignedInClient;
let sink: Sink;
beforeAll(async () => {
  calling = await CallingService.start();
  ({ service, user, sink } = calling);
});
afterAll(() => calling.stop());
beforeEach(() => {
  calling.reset();
});

test('a run that comes twice is worked on once', async () => {
  const database = new Database(':memory:');
  const [makeTable, insert] = snippet('handle.sql').split(/(?<=;)\n/) as [string, string];
  database.exec(makeTable);
  database.exec('CREATE TABLE work (webhook_id)');
  const handle = database.transaction((webhook_id: string) => {
    if (database.prepare(insert).run({ webhook_id }).changes === 0) return;
    database.prepare('INSERT INTO work VALUES (?)').run(webhook_id);
  });
  // The first answer is lost.
  sink.answer = ({ headers }, response, socket) => {
    try {
      handle(String(headers['webhook-id']));
    } catch (error) {
      response.writeHead(400).end(String(error));
      return;
    }
    if (headers['x-scheduler-attempt'] === '1') socket.destroy();
    else response.end();
  };
  const retry_policy = { max_attempts: 2, min_backoff_seconds: 0 };
  const id = await newHttpSchedule(user, { url: sink.url }, { retry_policy });
  const runs = [await runOnce(service, user, id), await runOnce(service, user, id)];
  expect(runs).toMatchObject([
    { status: 'succeeded', attempt: 2, output: null },
    { status: 'succeeded', attempt: 2, output: null },
  ]);
  const keys = runs.map((run) => String(run.id));
  const all = (name: string): unknown[] => sink.received.map(({ headers }) => headers[name]);
  expect(all('idempotency-key')).toEqual(keys.flatMap((key) => [key, key]));
  expect(all('webhook-id')).toEqual(all('idempotency-key'));
  expect(database.prepare('SELECT webhook_id FROM work').pluck().all()).toEqual(keys);
  database.close();
});

test('a rotation shows the secret, and how long the one before signs', async () => {
  const id = await newHttpSchedule(user, { url: sink.url });
  const { status, body } = await rotate(user, id);
  expect(status).toBe(200);
  expect(body.signing_secret).toMatch(/^whsec_/);
  expect(Date.parse(String(body.previous_valid_until)) - service.clock.now().getTime()).toBe(86_400_000);
  expect(page).toContain('Until `previous_valid_until`, 24 hours later,');
});

describe('the example of a call', () => {
  const [head = '', exampleBody = ''] = snippet('request.http').trimEnd().split('\n\n');
  const [requestLine = '', ...lines] = head.split('\n');
  const example = Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)] as const;
    }),
  );

  test('is what the action sends, and the table has all headers', async () => {
    await user.post('/secrets', { name: 'API_TOKEN', value: 'abcd1234' });
    const action = JSON.parse(snippet('action.json')) as { url: string };
    const url = action.url.replace('https://api.example.com', sink.url);
    const id = await newHttpSchedule(user, { ...action, url }, { title: 'Daily "report"' });
    await rotate(user, id);
    expect(await runOnce(service, user, id)).toMatchObject({ status: 'succeeded' });
    const [{ method, path, headers, body }] = sink.received as [Received];

    // Numbers are those of another run.
    const shape = (value: string): string => value.replace(/\d+/g, '0');
    expect(shape(`${method} ${path} HTTP/1.1`)).toBe(shape(requestLine));
    expect(shape(body)).toBe(shape(exampleBody));
    expect(Object.keys(headers)).toEqual(Object.keys(example));
    const random = { host: '', traceparent: '', 'webhook-signature': '' };
    const shapes = (of: Readonly<Record<string, string>>): unknown =>
      Object.entries({ ...of, ...random }).map(([name, value]) => `${name}: ${shape(value)}`);
    expect(shapes(headers)).toEqual(shapes(example));
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);

    const listed = table('header').flatMap(([names = '']) => codesIn(names.toLowerCase()));
    expect([...listed, 'authorization'].sort()).toEqual(Object.keys(headers).sort());
  });

  test('is signed with the secret that stands below it', () => {
    const secret = /secret `whsec_([^`]+)`/.exec(page)?.[1];
    const content = `${String(example['webhook-id'])}.${String(example['webhook-timestamp'])}.${exampleBody}`;
    const signature = createHmac('sha256', Buffer.from(String(secret), 'base64')).update(content);
    expect(example['webhook-signature']?.split(' ')[0]).toBe(`v1,${signature.digest('base64')}`);
    expect(String(Buffer.byteLength(exampleBody))).toBe(example['content-length']);
  });
});

describe('templates', () => {
  const VALUE = 'a "b" & c';
  const TITLE = '{{schedule.title}}';
  const jsonType = { 'Content-Type': 'application/json' };
  const formType = { 'Content-Type': 'application/x-www-form-urlencoded' };
  type SentAction = Pick<HttpActionDto, 'headers' | 'body'> & { path?: string };
  const sent: Record<string, [action: SentAction, part: (request: Received) => unknown]> = {
    '`url`': [{ path: `/${TITLE}` }, ({ path }) => path.slice(1)],
    '`url`, a secret': [{ path: '/?{{secrets.WORDS}}' }, ({ path }) => path.slice(2)],
    '`headers`': [{ headers: { 'X-Title': TITLE } }, ({ headers }) => headers['x-title']],
    '`body`, texts and keys in a JSON value': [{ body: [TITLE] }, ({ body }) => body.slice(2, -2)],
    '`body`, a text, with a JSON `Content-Type`': [{ headers: jsonType, body: TITLE }, ({ body }) => body],
    '`body`, a text, with `application/x-www-form-urlencoded`': [
      { headers: formType, body: TITLE },
      ({ body }) => body,
    ],
    '`body`, any other text': [{ body: TITLE }, ({ body }) => body],
  };
  beforeAll(async () => {
    await user.post('/secrets', { name: 'WORDS', value: VALUE });
    await user.post('/secrets', { name: 'UMLAUT', value: 'größer' });
  });

  test('have the names that are listed', () => {
    const section = page.slice(page.indexOf('\n## Templates\n'));
    const listed = codesIn(section).filter((code) => /^\{\{[\w.]+\}\}$/.test(code));
    const names = [...TEMPLATE_NAMES, 'secrets.NAME'];
    expect(listed.sort()).toEqual(names.map((name) => `{{${name}}}`).sort());
  });

  test('are written as the table says', async () => {
    const rows = table('place');
    expect(rows.map(([place]) => place)).toEqual(Object.keys(sent));
    for (const [place = '', , written = ''] of rows) {
      const [{ path = '', ...action }, part] = sent[place] ?? [{}, (): unknown => undefined];
      const id = await newHttpSchedule(user, { ...action, url: sink.url + path }, { title: VALUE });
      expect(await runOnce(service, user, id)).toMatchObject({ status: 'succeeded' });
      expect([place, part(sink.received.at(-1) as Received)]).toEqual([place, written.slice(1, -1)]);
    }
  });

  test('send a number from a text, texts from a JSON value, and keys, too', async () => {
    const id = await newHttpSchedule(user, { url: sink.url });
    const number = await callBy(service, user, id, {
      url: sink.url,
      headers: jsonType,
      body: '{"run": {{run.id}}}',
    });
    const words = await callBy(service, user, id, {
      url: sink.url,
      body: { '{{run.trigger}}': '{{run.id}}' },
    });
    expect(sink.received.map(({ body }) => body)).toEqual([
      `{"run": ${String(number.id)}}`,
      `{"manual":"${String(words.id)}"}`,
    ]);
  });

  test.each([
    ['{{', { body: 'a {{ b' }, 'action.body'],
    ['an unknown name', { body: '{{run.name}}' }, 'action.body'],
    ['a header of other characters', { headers: { 'X-Title': TITLE } }, 'action.headers.X-Title'],
  ])('are refused for %s', async (_what, action, field) => {
    const refused = await user.post('/schedules/', {
      ...{ title: 'größer', schedule_interval: '@yearly' },
      action: { type: 'http', url: sink.url, ...action },
    });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  test('fail a run whose secret makes a header of other characters', async () => {
    const retries = { retry_policy: { max_attempts: 2 } };
    const headers = { 'X-Word': '{{secrets.UMLAUT}}' };
    const id = await newHttpSchedule(user, { url: sink.url, headers }, retries);
    expect(await runOnce(service, user, id)).toMatchObject({ status: 'failed', attempt: 1 });
    expect(sink.received).toHaveLength(0);
  });
});

test('every link leads somewhere', () => {
  const targets = [...page.matchAll(/\]\((\.[^)#]*)/g)].flatMap(([, target]) => target ?? []);
  expect(targets.length).toBeGreaterThan(0);
  expect(targets.filter((target) => !existsSync(join(import.meta.dirname, '../../docs', target)))).toEqual(
    [],
  );
});
