import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ApiClient, SignedInClient } from '../support/api-client.js';
import { Cluster } from '../support/cluster.js';
import { describePostgresServer } from '../support/postgres-own-server.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { Sink } from '../support/sink.js';
import { until } from '../support/until.js';

/** `npm run test:nightly` watches for 60 seconds, so that calls time out and begin anew. */
const SECONDS = Number(process.env['SILENT_SECONDS'] ?? 5);

/** One more than takes all 256 places by 8 calls to each. */
const ORIGINS = 33;
const CALLS_PER_ORIGIN = 8;

const EVERY_SECOND = '* * * * * *';

let silent: Server;
let sink: Sink;
const sockets = new Set<Socket>();
beforeAll(async () => {
  silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    // Else the end of what it never reads is not seen.
    socket.resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '0.0.0.0', resolve));
  sink = await Sink.start();
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await sink.stop();
});

const silentUrl = (n: number): string =>
  `http://127.0.1.${String(n + 1)}:${String((silent.address() as AddressInfo).port)}/`;

const newCall = (user: SignedInClient, url: string): Promise<{ id: number }> =>
  user.newSchedule({ schedule_interval: EVERY_SECOND, action: { type: 'http', url, timeout_seconds: 20 } });

/** The occurrences of a schedule that were due after an instant, the latest first. */
async function occurrences(user: SignedInClient, id: number, after: Date): Promise<RunDto[]> {
  const { body } = await user.get<RunDto[]>(`/schedules/${String(id)}/runs?limit=100`);
  return body.filter(({ scheduled_for }) => new Date(scheduled_for) > after);
}

/** Resolves when it is over, whatever it has shown. */
async function attack(api: ApiClient, places: number): Promise<void> {
  const greedy = await api.newUser();
  const victim = await api.newUser();
  const calling = await newCall(victim, sink.url);
  for (let n = 0; n < ORIGINS * CALLS_PER_ORIGIN; n++) await newCall(greedy, silentUrl(n % ORIGINS));
  await until(() => sockets.size >= places);
  const latecomer = await api.newUser();
  const logging = await latecomer.newSchedule({ schedule_interval: EVERY_SECOND });
  const begun = new Date(Date.now() + 1000);
  await until(() => Date.now() > begun.getTime() + SECONDS * 1000 + 1500);

  const seen = [
    ...(await occurrences(victim, calling.id, begun)),
    ...(await occurrences(latecomer, logging.id, begun)),
  ];
  const lateness = seen.map(({ lateness_ms }) => lateness_ms ?? Infinity);
  const notRun = seen.filter(({ status }) => status === 'skipped' || status === 'missed');
  process.stdout.write(
    `${String(sockets.size)} silent calls at a time for ${String(SECONDS)} s: of ${String(seen.length)} occurrences of ` +
      `two others ${String(notRun.length)} skipped or missed, most late ${String(Math.max(...lateness))} ms\n`,
  );
  expect(notRun.map(({ scheduled_for, status }) => ({ scheduled_for, status }))).toEqual([]);
  expect(seen.length).toBeGreaterThanOrEqual(2 * SECONDS);
  expect(Math.max(...lateness)).toBeLessThan(1000);
}

test('targets of one owner that keep silent hold up nobody else', async () => {
  const folder = scratchFolder();
  const service = await ServiceProcess.start(folder, { EGRESS_ALLOW: '127.0.0.0/8' });
  try {
    await attack(service.api, 224);
  } finally {
    await service.kill();
    removeFolder(folder);
  }
}, 180_000);

describePostgresServer('with three nodes', () => {
  test('targets of one owner that keep silent hold up nobody else', async () => {
    const cluster = await Cluster.start({ EGRESS_ALLOW: '127.0.0.0/8', RUN_CONCURRENCY: '64' });
    try {
      await attack(cluster.node(0).api, 3 * 56);
    } finally {
      await cluster.stop();
    }
  }, 180_000);
});
