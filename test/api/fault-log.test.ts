import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import type { SignedInClient } from '../support/api-client.js';
import { until } from '../support/until.js';

let folder: string;
let service: ServiceProcess;
let user: SignedInClient;
beforeAll(async () => {
  folder = scratchFolder();
  service = await ServiceProcess.start(folder, { LOG_LEVEL: 'debug' }, 'test/api/hooks/broken-json.mjs');
  user = await service.api.newUser();
});
afterAll(async () => {
  await service.kill();
  removeFolder(folder);
});

const faults = (): string[] => [
  ...service.errors,
  ...service.log.filter((line) => line.includes('"level":"warn"')),
];

async function send(text: string): Promise<Socket> {
  const { hostname, port } = new URL(service.api.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const head = (method: string, path: string, length: number): string =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.bearer}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${String(length)}\r\n\r\n`;

/** Resolves when the service has done what it does about the connections that were broken off. */
const settled = (): Promise<void> => until(async () => (await user.get('/health/ready')).status === 200);

test('clients that reset their connections in a request or an answer leave no line in the log', async () => {
  const before = faults().length;
  for (let n = 0; n < 300; n++)
    await user.newSchedule({ schedule_interval: '@yearly', description: 'x'.repeat(10_000) });
  for (const [method, path, length, body] of [
    ['POST', '/schedules', 5000, '{"title": "'],
    ['PATCH', '/schedules/1', 5000, ''],
    ['POST', '/auth/signin', 5000, '{'],
    // The answer is larger than what the system takes of it for a reader that does not read.
    ['GET', '/schedules?limit=1000', 0, ''],
    ['GET', '/docs-json', 0, ''],
    ['GET', '/events', 0, ''],
    ['GET', '/dashboard', 0, ''],
  ] as const) {
    const socket = await send(head(method, path, length) + body);
    if (length === 0) await once(socket, 'readable');
    socket.resetAndDestroy();
    await settled();
  }
  expect(faults().slice(before)).toEqual([]);
}, 60_000);

test('an answer that cannot be made is a 500, and the log says of which request', async () => {
  const before = faults().length;
  await user.newSchedule({ schedule_interval: '@yearly', title: 'unspeakable' });
  const { status, body } = await user.get('/schedules?sort=-id&limit=1&q=unspeakable');
  expect([status, body.detail]).toEqual([
    500,
    'The service failed to answer this request; its log says why.',
  ]);
  await until(() => faults().length > before);
  expect(faults().slice(before)).toEqual([
    expect.stringMatching(/GET \/schedules failed: .*Invalid string length/),
  ]);
});
