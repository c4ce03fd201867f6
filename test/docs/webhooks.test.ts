import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { transformSync } from '@swc/core';
import { Webhook } from 'standardwebhooks';
import type { HttpActionDto } from '../../src/actions/dto/action.dto.js';
import { TEMPLATE_NAMES } from '../../src/actions/template.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { RotatedSecretDto } from '../../src/schedules/dto/rotated-secret.dto.js';
import type { Answer, SignedInClient } from '../support/api-client.js';
import { newHttpSchedule, runOnce } from '../support/http-schedules.js';
import { type Received, Sink } from '../support/sink.js';
import { TestService } from '../support/test-service.js';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/webhooks.md'), 'utf8');

/** The code of a fence whose info string names this file. */
function snippet(file: string): string {
  const [found, ...more] = [...page.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)].filter(
    ([, name]) => name === file,
  );
  if (found?.[2] === undefined || more.length > 0) throw new Error(`not one snippet of file=${file}`);
  return found[2];
}

/** The rows of the table whose first column has that heading. */
function table(heading: string): string[][] {
  const lines = page.slice(page.indexOf(`\n| ${heading} `) + 1).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codesIn = (markdown: string): string[] =>
  [...markdown.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code ?? []);

/** A receiver of the page, as a process of its own. */
class Receiver {
  private constructor(
    private readonly child: ChildProcess,
    private readonly closed: Promise<unknown>,
    private readonly lines: Interface,
    readonly url: string,
  ) {}

  /** Resolves when it says that it listens; rejects, with what it had to say, when it ends before. */
  static async start([command, ...args]: Command, secret: string): Promise<Receiver> {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', WEBHOOK_SECRET: secret },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    const complaint = text(child.stderr);
    const lines = createInterface({ input: child.stdout });
    const port = await new Promise<string>((resolve, reject) => {
      closed
        .then(() => complaint)
        .then((message) => {
          reject(new Error(message));
        }, reject);
      lines.on('line', (line) => {
        const listening = /^listening on port (\d+)$/.exec(line)?.[1];
        if (listening !== undefined) resolve(listening);
      });
    });
    return new Receiver(child, closed, lines, `http://127.0.0.1:${port}`);
  }

  /** The next line that it will write to standard output. */
  async nextLine(): Promise<string> {
    const [line] = (await once(this.lines, 'line')) as [string];
    return line;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}

type Command = readonly [command: string, ...args: string[]];

const nodeCommand = (typescript: string): Command => {
  const { code } = transformSync(typescript, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  return [process.execPath, '--input-type=module', '--eval', code];
};

/** The receiver with the other snippet in the place of `isSigned`, as the page tells how. */
function withNodeCrypto(): string {
  const lines = /^.*Webhook\b.*\n/gm;
  const isSigned = /^function isSigned\(.*?^}\n/ms;
  const receiver = snippet('receiver.ts');
  expect(receiver.match(lines)).toHaveLength(2);
  expect(receiver).toMatch(isSigned);
  return receiver.replace(lines, '').replace(isSigned, () => snippet('signature.ts'));
}

let service: TestService;
let user: SignedInClient;
let sink: Sink;
beforeAll(async () => {
  service = await TestService.start({ EGRESS_ALLOW: '127.0.0.1' });
  user = await service.api.newUser();
  sink = await Sink.start();
});
afterAll(async () => {
  await sink.stop();
  await service.stop();
});
beforeEach(() => {
  // Receivers compare timestamps with the real clock.
  service.clock.set(new Date());
  sink.received.length = 0;
  sink.answer = (_request, response) => response.end('ok');
});

/** Rotates a schedule's secret by the request that the page shows. */
function rotate(id: number): Promise<Answer<RotatedSecretDto>> {
  const [, method, path] = /-X (\w+) http:\/\/127\.0\.0\.1:8000(\S+)/.exec(snippet('rotate.sh')) ?? [];
  return user.request(String(method), String(path).replace('/1/', `/${String(id)}/`));
}

const secretOf = async (id: number): Promise<string> => (await rotate(id)).body.signing_secret;

/** Gives the action to the schedule and runs it once. */
async function call(id: number, action: object): Promise<RunDto> {
  const changed = await user.patch(`/schedules/${String(id)}`, { action: { type: 'http', ...action } });
  expect(changed).toMatchObject({ status: 200 });
  return runOnce(service, user, id);
}

/** From now on the sink hands on what it gets, with a change, and answers as it is answered. */
function relay(url: string, change: (request: Received) => Partial<Received>): void {
  sink.answer = (request, response) => {
    const { headers, body } = { ...request, ...change(request) };
    const signed = Object.entries(headers).filter(([name]) => name.startsWith('webhook-'));
    fetch(url, { method: 'POST', headers: signed, body }).then(
      ({ status }) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  };
}

function verifies(command: () => Command): void {
  let id: number;
  let secret: string;
  let receiver: Receiver;
  beforeAll(async () => {
    id = await newHttpSchedule(user, { url: sink.url });
    secret = await secretOf(id);
    receiver = await Receiver.start(command(), secret);
  });
  afterAll(() => receiver.stop());

  /** What it answers to a call that the test signs itself. */
  async function answer(body: string, seconds = 0): Promise<number> {
    const at = new Date(Date.now() + seconds * 1000);
    const { status } = await fetch(receiver.url, {
      method: 'POST',
      headers: {
        'webhook-id': '1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('1', at, body),
      },
      body,
    });
    return status;
  }

  test.each([
    ['a JSON value', { text: 'ünïcödé' }, '{"text":"ünïcödé"}'],
    ['a text', 'pläin words', 'pläin words'],
    ['nothing', undefined, ''],
  ])('a call with %s', async (_what, body, line) => {
    const said = receiver.nextLine();
    const run = await call(id, { url: receiver.url, ...(body !== undefined && { body }) });
    expect(run).toMatchObject({ status: 'succeeded', status_code: 204 });
    expect(await said).toBe(`run ${String(run.id)}: ${line}`);
  });

  test.each<[string, (request: Received) => Partial<Received>, string, number]>([
    ['nothing', () => ({}), 'succeeded', 204],
    ['the body', ({ body }) => ({ body: `${body} ` }), 'failed', 401],
    ['the id', ({ headers }) => ({ headers: { ...headers, 'webhook-id': '1' } }), 'failed', 401],
    [
      'the timestamp',
      ({ headers }) => ({
        headers: { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) },
      }),
      ...(['failed', 401] as const),
    ],
    [
      'the signature',
      ({ headers }) => ({ headers: { ...headers, 'webhook-signature': `v1,${btoa('x'.repeat(32))}` } }),
      ...(['failed', 401] as const),
    ],
    ['all headers', () => ({ headers: {} }), 'failed', 401],
  ])('a call in which %s is changed on its way', async (_what, change, status, status_code) => {
    relay(receiver.url, change);
    expect(await call(id, { url: sink.url, body: { n: 1 } })).toMatchObject({ status, status_code });
  });

  test.each([
    [-310, 401],
    [-290, 204],
    [290, 204],
    [310, 401],
  ])('a call of another time, by %i s: %i', async (seconds, status) => {
    expect(await answer('{}', seconds)).toBe(status);
    expect(await answer('{}')).toBe(204);
  });

  test('bodies that are too long, or break off, do not end it', async () => {
    expect(await answer('x'.repeat(1_048_577)).catch(() => 'closed')).not.toBe(204);
    const { hostname, port } = new URL(receiver.url);
    const socket = connect(Number(port), hostname);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
    socket.end();
    await once(socket.resume(), 'close');
    expect(await answer('{}')).toBe(204);
  });

  test('without a secret it does not start', async () => {
    for (const none of ['', 'whsec_']) await expect(Receiver.start(command(), none)).rejects.toThrow();
  });

  test('the secret before the newest counts, and no older one', async () => {
    await rotate(id);
    expect(await call(id, { url: receiver.url })).toMatchObject({ status: 'succeeded', status_code: 204 });
    await rotate(id);
    expect(await call(id, { url: receiver.url })).toMatchObject({ status: 'failed', status_code: 401 });
  });
}

describe('receiver.ts', () => {
  verifies(() => nodeCommand(snippet('receiver.ts')));
});

describe('receiver.ts with signature.ts', () => {
  verifies(() => nodeCommand(withNodeCrypto()));
});

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('There is no python3 here: receiver.py is NOT tested.');
(hasPython || process.env['CI'] === 'true' ? describe : describe.skip)('receiver.py', () => {
  verifies(() => ['python3', '-c', snippet('receiver.py')]);
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
  const { status, body } = await rotate(id);
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
    await rotate(id);
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
    const number = await call(id, { url: sink.url, headers: jsonType, body: '{"run": {{run.id}}}' });
    const words = await call(id, { url: sink.url, body: { '{{run.trigger}}': '{{run.id}}' } });
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
  expect(targets.filter((target) => !existsSync(join(ROOT, 'docs', target)))).toEqual([]);
});
