import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';

/** `npm run test:nightly` opens 1,000. */
const READERS = Number(process.env['SLOW_READERS'] ?? 120);

/** Requests that each of them sends at once. */
const REQUESTS = 20;

/** What the service may have, in megabytes. */
const HEAP_MB = 256;
const RESIDENT_MB = 800;

/** On a machine that is busy otherwise, too. */
const ANSWER_WITHIN_MS = 30_000;

let folder: string;
let service: ServiceProcess;
let user: SignedInClient;
let other: SignedInClient;
const sockets: Socket[] = [];
beforeAll(async () => {
  folder = scratchFolder();
  service = await ServiceProcess.start(folder, { NODE_OPTIONS: `--max-old-space-size=${String(HEAP_MB)}` });
  user = await service.api.newUser();
  other = await service.api.newUser();
  await user.patch(`/user/${String(other.user.id)}`, { role: 'admin' });
  const schedules: Promise<ScheduleDto>[] = [];
  for (let n = 0; n < 300; n++) {
    // Each of these characters takes six bytes of JSON.
    const description = '\u0001'.repeat(10_000);
    const body = n < 150 ? 'short' : 'x'.repeat(60_000);
    const action = { type: 'http', url: 'https://example.com/', body };
    schedules.push(user.newSchedule({ schedule_interval: '@yearly', description, action }));
    if (n % 10 === 9) await Promise.all(schedules);
  }
}, 60_000);
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await service.kill();
  removeFolder(folder);
});

/** Sends requests and does not read what is answered. */
function notReading(path: string): Socket {
  const { hostname, port } = new URL(service.api.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.pause();
  const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.bearer}\r\n\r\n`;
  socket.write(request.repeat(REQUESTS));
  sockets.push(socket);
  return socket;
}

/** Megabytes that the process has held at most; undefined where the system does not tell. */
function peakMb(): number | undefined {
  try {
    const status = readFileSync(`/proc/${String(service.pid)}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

/** How long an answer took, in milliseconds. */
async function timed(path: string): Promise<number> {
  const start = performance.now();
  const response = await user.open(path, {}, AbortSignal.timeout(ANSWER_WITHIN_MS));
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return performance.now() - start;
}

test(`${String(READERS)} clients that do not read the largest answers harm nobody else`, async () => {
  const paths = ['/schedules?limit=1000', '/schedules?sort=-title', '/docs-json', '/metrics', '/dashboard'];
  let slowest = 0;
  for (let n = 0; n < READERS; n++) {
    notReading(paths[n % 2 === 0 ? 0 : n % paths.length] ?? '');
    if (n % 20 === 19) slowest = Math.max(slowest, await timed('/auth/me'));
  }
  for (let look = 0; look < 10; look++) {
    slowest = Math.max(slowest, await timed('/health/ready'), await timed('/schedules?limit=2'));
    await pause(100);
  }
  const created = await user.newSchedule({ schedule_interval: '@yearly' });
  // The largest page itself is there for others, who read.
  const { body, headers } = await other.get<ScheduleDto[]>('/schedules?limit=1000');
  const bytes = Buffer.byteLength(JSON.stringify(body));
  const metrics = await (await user.open('/metrics')).text();
  const heapMb = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1]) / 1024 ** 2;
  const peak = peakMb();
  process.stdout.write(
    `${String(READERS)} clients that do not read, ${String(REQUESTS)} requests each: the largest page has ` +
      `${(bytes / 1e6).toFixed(1)} MB; heap used ${heapMb.toFixed(0)} MB; at most ${peak?.toFixed(0) ?? '?'} MB ` +
      `resident; slowest other answer ${slowest.toFixed(0)} ms\n`,
  );
  expect(created.id).toBeGreaterThan(300);
  expect(headers.get('link')).toMatch(/rel="next"/);
  expect(bytes).toBeLessThan(6_000_000);
  expect(peak ?? 0).toBeLessThan(RESIDENT_MB);
}, 300_000);
