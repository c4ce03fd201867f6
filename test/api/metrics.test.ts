import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

const TOKEN = 'a-token-for-prometheus';

let service: TestService;
let admin: SignedInClient;
beforeAll(async () => {
  service = await TestService.start({ METRICS_TOKEN: TOKEN });
  service.clock.set('2030-01-01T12:00:00Z');
  admin = await service.api.newUser();
});
afterAll(() => service.stop());

const scrape = async (token: string): Promise<Response> =>
  fetch(`${service.api.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });

/** Metrics by their names and labels. */
async function values(): Promise<ReadonlyMap<string, number>> {
  const text = await (await scrape(TOKEN)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

test('METRICS_TOKEN reads the metrics and nothing else', async () => {
  const { status, headers } = await scrape(TOKEN);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect((await service.api.withToken(TOKEN).get('/schedules')).status).toBe(401);
  for (const token of [`${TOKEN}x`, TOKEN.slice(1), 'nonsense'])
    expect((await scrape(token)).status).toBe(401);
});

test('tells what became of occurrences, runs and requests', async () => {
  await admin.newSchedule({ retry_policy: { max_attempts: 1 } });
  service.clock.advance(60_250);
  await service.tick();
  service.action.behaviour = () => ({ ok: false, retryable: false, error: 'no' });
  service.clock.advance(60_000);
  await service.tick();
  const before = await values();
  expect(before.get('scheduler_occurrences_total{status="queued"}')).toBe(2);
  expect(before.get('scheduler_runs_total{status="succeeded"}')).toBe(1);
  expect(before.get('scheduler_runs_total{status="failed"}')).toBe(1);
  expect(before.get('scheduler_run_lateness_seconds_count')).toBe(2);
  expect(before.get('scheduler_run_lateness_seconds_sum')).toBeCloseTo(0.5);
  expect(before.get('scheduler_attempt_duration_seconds_count')).toBe(2);
  expect(before.get('scheduler_claim_slice_seconds_count')).toBe(2);
  expect(before.get('scheduler_alarms')).toBe(service.alarms.length);
  expect(before.get('scheduler_queue_depth{state="ready"}')).toBe(0);
  expect(before.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
  // By the route's pattern, so that ids do not multiply.
  await admin.get('/schedules/1');
  await admin.get('/schedules/999');
  const after = await values();
  const count = (status: number): string =>
    `scheduler_http_request_duration_seconds_count{method="GET",route="/schedules/:id",status="${String(status)}"}`;
  expect([after.get(count(200)), after.get(count(404))]).toEqual([1, 1]);
});

test('the dashboard asks for nothing that there is not', async () => {
  const dashboard = readFileSync(join(import.meta.dirname, '../../docs/grafana-dashboard.json'), 'utf8');
  const wanted = new Set(dashboard.match(/\b(scheduler|nodejs)_\w+/g));
  const names = [...(await values()).keys()].map((key) => key.replace(/\{.*/, ''));
  expect(wanted.size).toBeGreaterThan(7);
  for (const name of wanted) expect(names).toContain(name);
});

test('depth of the queue is what waits and what works', async () => {
  const end = service.action.hang();
  const { id } = await admin.newSchedule();
  await admin.post(`/schedules/${String(id)}/run`);
  await service.untilRuns('running', 1);
  expect((await values()).get('scheduler_queue_depth{state="active"}')).toBe(1);
  end();
  await service.settled();
});
