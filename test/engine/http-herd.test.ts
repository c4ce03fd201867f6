import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Sink } from '../support/sink.js';
import { insertSchedules } from '../support/many-schedules.js';
import { TestService } from '../support/test-service.js';

const CALLS = 10_000;

let service: TestService;
const sinks: Sink[] = [];
beforeAll(async () => {
  service = await TestService.start({ EGRESS_ALLOW: '127.0.0.0/8', RUN_CONCURRENCY: '40' });
  await service.api.newUser();
  for (let n = 0; n < 10; n++) sinks.push(await Sink.start());
});
afterAll(async () => {
  await service.stop();
  for (const sink of sinks) await sink.stop();
});

const outcomes = async (): Promise<object[]> =>
  service.dataSource.query(
    `SELECT status, count(*) AS runs, sum(attempt) AS attempts, min(status_code) AS status_code FROM runs GROUP BY status`,
  );

test('ten thousand calls to one origin, due at once, all arrive, eight at a time', async () => {
  const [sink] = sinks as [Sink];
  // Answers eight calls once they are there; the first eight after a while in which a ninth one could come.
  let waiting: ServerResponse[] = [];
  let first = true;
  sink.answer = (_request, response) => {
    waiting.push(response);
    if (waiting.length < 8) return;
    const eight = waiting;
    waiting = [];
    setTimeout(
      () => {
        for (const each of eight) each.end('ok');
      },
      first ? 500 : 0,
    );
    first = false;
  };
  await insertSchedules(service, CALLS, service.clock.now(), {
    action: `json_object('type', 'http', 'url', '${sink.url}/' || i)`,
    lane: `'${sink.url}'`,
  });
  await service.tick();
  expect(await outcomes()).toEqual([{ status: 'succeeded', runs: CALLS, attempts: CALLS, status_code: 200 }]);
  expect(new Set(sink.received.map(({ path }) => path)).size).toBe(CALLS);
  expect(sink.peak).toBe(8);
  expect(sink.connections).toBeLessThanOrEqual(16);
}, 120_000);

test('calls to many origins share the limit of all', async () => {
  let current = 0;
  let peak = 0;
  for (const sink of sinks) {
    sink.peak = 0;
    sink.received.length = 0;
    sink.answer = (_request, response) => {
      peak = Math.max(peak, ++current);
      response.on('finish', () => current--);
      setTimeout(() => response.end(), 5);
    };
  }
  const urls = sinks.map(({ url }) => url);
  const url = `json_extract('${JSON.stringify(urls)}', '$[' || (i % ${String(urls.length)}) || ']')`;
  await insertSchedules(service, 1000, service.clock.now(), {
    action: `json_object('type', 'http', 'url', ${url})`,
    lane: url,
  });
  await service.tick();
  for (const sink of sinks) expect([sink.received.length, sink.peak <= 8]).toEqual([100, true]);
  expect(peak).toBeGreaterThan(8);
  expect(peak).toBeLessThanOrEqual(40);
}, 60_000);
