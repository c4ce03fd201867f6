import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { CallingService } from '../support/calling-service.js';
import { callOnce, newHttpSchedule, runOnce } from '../support/http-schedules.js';
import type { Sink } from '../support/sink.js';
import type { TestService } from '../support/test-service.js';

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

const call = (action: object): Promise<RunDto> => callOnce(service, user, { url: sink.url, ...action });

describe('a call', () => {
  test('is a POST of what the action says, and its answer is on the run', async () => {
    sink.answer = (_request, response) => response.writeHead(201).end('made');
    const run = await call({ url: `${sink.url}/things?x=1`, headers: { 'X-Kind': 'a' }, body: { n: 1 } });
    expect(run).toMatchObject({ status: 'succeeded', status_code: 201, output: 'made', error: null });
    expect(sink.received).toMatchObject([
      {
        ...{ method: 'POST', path: '/things?x=1', body: '{"n":1}' },
        headers: { 'x-kind': 'a', 'content-type': 'application/json', 'user-agent': 'scheduler-service' },
      },
    ]);
  });

  test.each([
    ['a text', 'plain words', 'text/plain; charset=utf-8', 'plain words'],
    ['a list', [1, 'two'], 'application/json', '[1,"two"]'],
    ['false', false, 'application/json', 'false'],
    ['an object', { nested: { deep: [null] } }, 'application/json', '{"nested":{"deep":[null]}}'],
  ])('carries %s as its body', async (_what, body, type, sent) => {
    await call({ body, method: 'PUT' });
    expect(sink.received).toMatchObject([{ method: 'PUT', body: sent, headers: { 'content-type': type } }]);
  });

  test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS'])('may be a %s', async (method) => {
    expect(await call({ method })).toMatchObject({ status: 'succeeded', status_code: 200 });
    expect(sink.received).toMatchObject([{ method, body: '' }]);
  });

  test('says which run of which schedule it is', async () => {
    const id = await newHttpSchedule(user, { url: sink.url });
    const run = await runOnce(service, user, id);
    const headers = sink.received[0]?.headers;
    expect(headers).toMatchObject({
      'idempotency-key': String(run.id),
      'webhook-id': String(run.id),
      'x-scheduler-schedule-id': String(id),
      'x-scheduler-run-id': String(run.id),
      'x-scheduler-scheduled-for': String(run.scheduled_for),
      'x-scheduler-attempt': '1',
    });
    expect(headers?.['traceparent']).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
  });

  test('uses connections again', async () => {
    const id = await newHttpSchedule(user, { url: sink.url });
    const before = sink.connections;
    for (let n = 0; n < 5; n++) await runOnce(service, user, id);
    expect(sink.connections - before).toBeLessThanOrEqual(1);
  });
});

describe('an answer', () => {
  test.each([
    [200, undefined, 'succeeded'],
    [204, undefined, 'succeeded'],
    [404, undefined, 'failed'],
    [404, ['2xx', 404], 'succeeded'],
    [200, [404], 'failed'],
    [302, ['3xx'], 'succeeded'],
  ])('of %i counts, where %j is expected, as %s', async (status, expected_statuses, outcome) => {
    sink.answer = (_request, response) => response.writeHead(status).end();
    const run = await call({ ...(expected_statuses && { expected_statuses }) });
    expect(run).toMatchObject({ status: outcome, status_code: status });
  });

  test('must contain body_contains', async () => {
    expect(await call({ body_contains: 'ok' })).toMatchObject({ status: 'succeeded' });
    expect(await call({ body_contains: 'fine' })).toMatchObject({
      status: 'failed',
      error: 'answered 200, but the body does not contain body_contains',
    });
  });

  test('is kept to 64 KiB, by characters as a whole', async () => {
    sink.answer = (_request, response) => response.end('€'.repeat(50_000));
    const run = await call({});
    expect(run).toMatchObject({ status: 'succeeded', output: '€'.repeat(21_845) });
  });

  test.each(['none', '', 'identity', 'utf-8'])(
    'is not compressed by Content-Encoding: %j',
    async (encoding) => {
      sink.answer = (_request, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end('fine');
      expect(await call({ body_contains: 'fine' })).toMatchObject({ status: 'succeeded', output: 'fine' });
    },
  );

  test('that is final counts, however long its body takes', async () => {
    sink.answer = (_request, response) => response.writeHead(404).write('and so on');
    const fields = { retry_policy: { max_attempts: 2 } };
    const id = await newHttpSchedule(user, { url: sink.url, timeout_seconds: 1 }, fields);
    expect(await runOnce(service, user, id)).toMatchObject({
      ...{ status: 'failed', attempt: 1, status_code: 404, error: 'answered 404', output: 'and so on' },
    });
  });

  test('that redirects is not followed, wherever to', async () => {
    sink.answer = (_request, response) =>
      response.writeHead(307, ['location', '/elsewhere', 'location', '/other']).end();
    expect(await call({})).toMatchObject({
      ...{ status: 'failed', status_code: 307 },
      error: 'answered 307 to /elsewhere; redirects are not followed',
    });
    expect(sink.received).toHaveLength(1);
  });

  test.each([408, 425, 429, 500, 502, 503, 599])('of %i is retried', async (status) => {
    sink.answer = (_request, response) => response.writeHead(status).end('busy');
    const id = await newHttpSchedule(user, { url: sink.url }, { retry_policy: { max_attempts: 2 } });
    expect(await runOnce(service, user, id)).toMatchObject({
      ...{ status: 'queued', attempt: 1, error: `answered ${String(status)}` },
      attempts: [{ attempt: 1, status_code: status, output: 'busy' }],
    });
    service.clock.advance(60_000);
    await service.tick();
  });

  test.each([300, 400, 401, 403, 404, 409, 422, 451])('of %i fails at once', async (status) => {
    sink.answer = (_request, response) => response.writeHead(status).end();
    const id = await newHttpSchedule(user, { url: sink.url }, { retry_policy: { max_attempts: 2 } });
    expect(await runOnce(service, user, id)).toMatchObject({
      status: 'failed',
      status_code: status,
      attempt: 1,
    });
  });

  test.each([
    ['seconds', () => '120'],
    ['a date', () => new Date(service.clock.now().getTime() + 121_000).toUTCString()],
  ])('is left alone as long as its Retry-After asks, in %s', async (_form, header) => {
    sink.answer = (_request, response) => response.writeHead(503, { 'retry-after': header() }).end();
    const id = await newHttpSchedule(user, { url: sink.url }, { retry_policy: { max_attempts: 2 } });
    const { available_at } = await runOnce(service, user, id);
    const wait = new Date(available_at).getTime() - service.clock.now().getTime();
    expect(wait).toBeGreaterThanOrEqual(119_000);
    expect(wait).toBeLessThanOrEqual(121_000);
    await user.delete(`/schedules/${String(id)}`);
  });
});
