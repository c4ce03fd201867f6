import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { callOnce, newHttpSchedule, runOnce } from '../support/http-schedules.js';
import { type Received, Sink } from '../support/sink.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
let sink: Sink;
beforeAll(async () => {
  service = await TestService.start({ EGRESS_ALLOW: '127.0.0.1', SESSION_TTL_HOURS: '100' });
  user = await service.api.newUser();
  sink = await Sink.start();
});
afterAll(async () => {
  await sink.stop();
  await service.stop();
});
beforeEach(() => {
  // The public package compares timestamps with the real clock.
  service.clock.set(new Date());
  sink.received.length = 0;
  sink.answer = (_request, response) => response.end('ok');
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

  test('is kept to 64 KiB, by characters as a whole, and to a thousand in lists', async () => {
    sink.answer = (_request, response) => response.end('€'.repeat(50_000));
    const run = await call({});
    expect(run).toMatchObject({ status: 'succeeded', output: '€'.repeat(21_845) });
    const { body } = await user.get<RunDto[]>('/runs?limit=1');
    expect(body[0]?.output).toBe('€'.repeat(1000));
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

  test('that redirects is not followed', async () => {
    sink.answer = (_request, response) => response.writeHead(307, { location: '/elsewhere' }).end();
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

describe('the signature', () => {
  const rotate = async (id: number): Promise<string> =>
    (await user.post<{ signing_secret: string }>(`/schedules/${String(id)}/rotate-signing-secret`)).body
      .signing_secret;

  test('verifies by the public package, in every attempt, with one webhook-id', async () => {
    sink.answer = (_request, response) => response.writeHead(500).end();
    const fields = { retry_policy: { max_attempts: 3, min_backoff_seconds: 1 } };
    const id = await newHttpSchedule(user, { url: sink.url, body: { text: 'ünïcödé' } }, fields);
    const verifier = new Webhook(await rotate(id));
    await runOnce(service, user, id);
    for (let n = 0; n < 2; n++) {
      service.clock.advance(2000);
      await service.tick();
    }
    expect(sink.received).toHaveLength(3);
    for (const { body, headers } of sink.received) {
      expect(verifier.verify(body, headers)).toEqual({ text: 'ünïcödé' });
    }
    const all = (name: string): Set<string | undefined> =>
      new Set(sink.received.map(({ headers }) => headers[name]));
    expect(all('webhook-id').size).toBe(1);
    expect(all('idempotency-key')).toEqual(all('webhook-id'));
    expect(all('x-scheduler-attempt')).toEqual(new Set(['1', '2', '3']));
    expect(new Set(sink.received.map(({ headers }) => headers['traceparent']?.slice(3, 35))).size).toBe(1);
    expect(all('traceparent').size).toBe(3);
  });

  test('of a changed body does not verify', async () => {
    const id = await newHttpSchedule(user, { url: sink.url, body: 'as sent' });
    const verifier = new Webhook(await rotate(id));
    await runOnce(service, user, id);
    const [{ headers }] = sink.received as [Received];
    expect(() => verifier.verify('another', headers)).toThrow('No matching signature');
    expect(() => new Webhook(`whsec_${btoa('another key')}`).verify('as sent', headers)).toThrow();
  });

  test('is by both secrets for 24 hours after a rotation', async () => {
    const id = await newHttpSchedule(user, { url: sink.url, body: '{}' });
    const old = new Webhook(await rotate(id));
    const next = new Webhook(await rotate(id));
    expect(await runOnce(service, user, id)).toMatchObject({ status: 'succeeded' });
    const [first] = sink.received as [Received];
    expect(first.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(old.verify(first.body, first.headers)).toEqual({});
    expect(next.verify(first.body, first.headers)).toEqual({});

    service.clock.advance(86_400_001);
    await runOnce(service, user, id);
    expect(sink.received[1]?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
  });

  test('secret is only told when it is made', async () => {
    const id = await newHttpSchedule(user, { url: sink.url });
    const secret = await rotate(id);
    expect(secret).toMatch(/^whsec_[A-Za-z\d+/]{43}=$/);
    const { body } = await user.get<ScheduleDto>(`/schedules/${String(id)}`);
    expect(JSON.stringify(body)).not.toMatch(/signing|whsec/);
  });
});

describe('a schedule', () => {
  const schedule = async (id: number): Promise<ScheduleDto> =>
    (await user.get<ScheduleDto>(`/schedules/${String(id)}`)).body;

  test('whose target answers 410 is disabled, and says so', async () => {
    sink.answer = (_request, response) => response.writeHead(410).end();
    const id = await newHttpSchedule(user, { url: sink.url }, { schedule_interval: '* * * * *' });
    expect(await runOnce(service, user, id)).toMatchObject({ status: 'failed', status_code: 410 });
    expect(await schedule(id)).toMatchObject({
      ...{ enabled: false, next_run: null, disabled_reason: 'its target answered 410 Gone' },
      consecutive_failures: 1,
    });
    await user.patch(`/schedules/${String(id)}`, { enabled: true });
    expect(await schedule(id)).toMatchObject({
      enabled: true,
      disabled_reason: null,
      consecutive_failures: 0,
    });
    await user.delete(`/schedules/${String(id)}`);
  });

  test('that calls another URL by now is not disabled for what the old one answered', async () => {
    let answer = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      sink.answer = (_request, response) => {
        answer = () => response.writeHead(410).end();
        resolve();
      };
    });
    const id = await newHttpSchedule(user, { url: `${sink.url}/old` });
    await user.post(`/schedules/${String(id)}/run`);
    await arrived;
    await user.patch(`/schedules/${String(id)}`, { action: { type: 'http', url: `${sink.url}/new` } });
    answer();
    await service.settled();
    expect(await schedule(id)).toMatchObject({ enabled: true, consecutive_failures: 1 });
  });

  test('that expects 410 stays', async () => {
    sink.answer = (_request, response) => response.writeHead(410).end();
    const id = await newHttpSchedule(user, { url: sink.url, expected_statuses: [410] });
    expect(await runOnce(service, user, id)).toMatchObject({ status: 'succeeded', status_code: 410 });
    expect(await schedule(id)).toMatchObject({ enabled: true });
  });

  test('counts its failures in a row, and is not disabled for them by default', async () => {
    const id = await newHttpSchedule(user, { url: sink.url });
    sink.answer = (_request, response) => response.writeHead(404).end();
    for (let n = 0; n < 3; n++) await runOnce(service, user, id);
    expect(await schedule(id)).toMatchObject({ enabled: true, consecutive_failures: 3 });
    sink.answer = (_request, response) => response.end();
    await runOnce(service, user, id);
    expect(await schedule(id)).toMatchObject({ consecutive_failures: 0 });
  });
});

test('a success counts also when another run failed meanwhile', async () => {
  let answer = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    sink.answer = (_request, response) => {
      answer = () => response.end();
      resolve();
    };
  });
  const id = await newHttpSchedule(user, { url: sink.url }, { overlap_policy: 'allow' });
  await user.post(`/schedules/${String(id)}/run`);
  await arrived;
  sink.answer = (_request, response) => response.writeHead(404).end();
  const { body } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
  await service.untilRun(body.id, 'failed');
  answer();
  await service.settled();
  expect((await user.get(`/schedules/${String(id)}`)).body).toMatchObject({ consecutive_failures: 0 });
});

test('after MAX_CONSECUTIVE_FAILURES a schedule is disabled, and what it still owed is settled', async () => {
  const strict = await TestService.start({ EGRESS_ALLOW: '127.0.0.1', MAX_CONSECUTIVE_FAILURES: '3' });
  try {
    const owner = await strict.api.newUser();
    const id = await newHttpSchedule(owner, { url: sink.url });
    const path = `/schedules/${String(id)}`;
    sink.answer = (_request, response) => response.writeHead(500).end();
    for (let n = 0; n < 2; n++) await runOnce(strict, owner, id);
    expect((await owner.get(path)).body).toMatchObject({ enabled: true, consecutive_failures: 2 });
    await runOnce(strict, owner, id);
    expect((await owner.get(path)).body).toMatchObject({
      ...{ enabled: false, next_run: null, consecutive_failures: 3 },
      disabled_reason: '3 runs failed in a row (MAX_CONSECUTIVE_FAILURES)',
    });
  } finally {
    await strict.stop();
  }
});
