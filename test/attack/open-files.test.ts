import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { Sink } from '../support/sink.js';
import { until } from '../support/until.js';

/** Idle, the service needs some 40; but while it starts, its modules are read all at once. */
const OPEN_FILES = 1024;
const CLIENTS = 800;
const TO_SPARE = 20;
const CALLS = 60;

let folder: string;
let service: ServiceProcess;
let user: SignedInClient;
let silent: Server;
let sink: Sink;
const accepted = new Set<Socket>();
beforeAll(async () => {
  folder = scratchFolder();
  service = await ServiceProcess.start(folder, { EGRESS_ALLOW: '127.0.0.0/8' }, undefined, OPEN_FILES);
  user = await service.api.newUser();
  silent = createServer((socket) => {
    accepted.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => accepted.delete(socket));
    // Else the end of what it never reads is not seen.
    socket.resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '0.0.0.0', resolve));
  sink = await Sink.start();
});
afterAll(async () => {
  await service.kill();
  for (const socket of accepted) socket.destroy();
  silent.close();
  await sink.stop();
  removeFolder(folder);
});

const reports = (text: RegExp): string[] => service.errors.filter((line) => text.test(line));

/** From now on the service may open so many files more. */
function spare(files: number): void {
  const limit = String(readdirSync(`/proc/${String(service.pid)}/fd`).length + files);
  execFileSync('prlimit', ['--pid', String(service.pid), `--nofile=${limit}:${limit}`]);
}

const onLinux = process.platform === 'linux' ? test : test.skip;

/** So many more calls arrive. */
async function untilCalled(times: number): Promise<void> {
  const before = sink.received.length;
  await until(() => sink.received.length >= before + times);
}

onLinux(
  'clients that take all connections leave some for calls, are reported once, and the API is back after them',
  async () => {
    await user.newSchedule({ schedule_interval: '* * * * * *', action: { type: 'http', url: sink.url } });
    await untilCalled(1);
    const { port, hostname } = new URL(service.api.url);
    let refused = 0;
    const clients = Array.from({ length: CLIENTS }, () => {
      const client = connect({ port: Number(port), host: hostname });
      client.on('error', () => undefined);
      client.on('close', () => refused++);
      return client;
    });
    try {
      await until(() => refused >= CLIENTS - OPEN_FILES / 2);
      await untilCalled(2);
    } finally {
      for (const client of clients) client.destroy();
    }
    await until(async () => (await user.get('/health/ready').catch(() => undefined))?.status === 200);
    expect(reports(/further connections of clients are refused/)).toHaveLength(1);
  },
  30_000,
);

onLinux(
  'calls that find no connection left fail, are reported once, and go on after that',
  async () => {
    const { port } = silent.address() as AddressInfo;
    // All at once, and once: while they are under way, there may be nothing left for requests.
    const due = new Date(Math.ceil(Date.now() / 1000) * 1000 + 4000).toISOString();
    const ids: number[] = [];
    for (let n = 0; n < CALLS; n++) {
      const url = `http://127.0.1.${String(n + 1)}:${String(port)}/`;
      const { id } = await user.newSchedule({
        schedule_interval: due,
        action: { type: 'http', url, timeout_seconds: 2 },
        retry_policy: { max_attempts: 1 },
      });
      ids.push(id);
    }
    spare(TO_SPARE);
    await until(() => accepted.size > 0);
    await until(() => accepted.size === 0);
    await untilCalled(2);
    const runs: RunDto[] = [];
    for (const id of ids) {
      const path = `/schedules/${String(id)}/runs`;
      await until(async () => (await user.get<RunDto[]>(path)).body[0]?.finished_at != null);
      runs.push(...(await user.get<RunDto[]>(path)).body);
    }
    const without = runs.filter(
      ({ error }) => error === 'the service has too many files and connections open (EMFILE)',
    );
    process.stdout.write(`of ${String(CALLS)} calls ${String(without.length)} found no connection left\n`);
    expect(runs).toHaveLength(CALLS);
    expect(without.length).toBeGreaterThan(0);
    expect(runs.filter(({ status }) => status === 'timed_out')).toHaveLength(CALLS - without.length);
    expect(reports(/calls fail/)).toHaveLength(1);
    expect(reports(/EMFILE/)).toEqual([]);
    // The database may have been without files, too; every second something is due.
    expect(reports(/cannot be claimed/).length).toBeLessThanOrEqual(1);
  },
  60_000,
);
