import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { Webhook } from 'standardwebhooks';
import type { SignedInClient } from '../support/api-client.js';
import { CallingService } from '../support/calling-service.js';
import { callBy, newHttpSchedule } from '../support/http-schedules.js';
import { type Command, Receiver } from '../support/receiver.js';
import type { Received, Sink } from '../support/sink.js';
import type { TestService } from '../support/test-service.js';
import { rotate, snippet } from '../support/webhooks-page.js';

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
    secret = (await rotate(user, id)).body.signing_secret;
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
    const run = await callBy(service, user, id, { url: receiver.url, ...(body !== undefined && { body }) });
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
    expect(await callBy(service, user, id, { url: sink.url, body: { n: 1 } })).toMatchObject({
      status,
      status_code,
    });
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
    await rotate(user, id);
    expect(await callBy(service, user, id, { url: receiver.url })).toMatchObject({
      status: 'succeeded',
      status_code: 204,
    });
    await rotate(user, id);
    expect(await callBy(service, user, id, { url: receiver.url })).toMatchObject({
      status: 'failed',
      status_code: 401,
    });
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
