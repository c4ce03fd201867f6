import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/until.js';

/** Calls, and connections of clients, at a time: 8 to each of so many addresses. */
const ADDRESSES = Number(process.env['SILENT_ADDRESSES'] ?? 13);
const COUNT = 8 * ADDRESSES;

let folder: string;
let service: ServiceProcess;
let user: SignedInClient;
let silent: Server;
const accepted = new Set<Socket>();
let everAccepted = 0;
beforeAll(async () => {
  folder = scratchFolder();
  service = await ServiceProcess.start(folder, { EGRESS_ALLOW: '127.0.0.0/8' });
  user = await service.api.newUser();
  silent = createServer((socket) => {
    accepted.add(socket);
    everAccepted++;
    socket.on('error', () => undefined);
    socket.on('close', () => accepted.delete(socket));
    // Else the end of what it never reads is not seen.
    socket.resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '0.0.0.0', resolve));
});
afterAll(async () => {
  await service.kill();
  for (const socket of accepted) socket.destroy();
  silent.close();
  removeFolder(folder);
});

/** The sockets that the service has, as the system counts them. */
function sockets(): number {
  const folder = `/proc/${String(service.pid)}/fd`;
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

const silentPort = (): number => (silent.address() as AddressInfo).port;

/** A process whose port has its backlog full: further connections to it are neither accepted nor refused. */
async function deafProcess(): Promise<{ port: number; child: ChildProcess }> {
  const source = `const s = require('net').createServer().listen({ port: 0, host: '0.0.0.0', backlog: 1 }, () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  return { port: Number(String(port)), child };
}

/** Calls each address 8 times at once; resolves when all calls have timed out. */
async function callAll(url: (address: string) => string): Promise<void> {
  const ids: number[] = [];
  for (let n = 0; n < ADDRESSES; n++) {
    const action = { type: 'http', url: url(`127.0.1.${String(n + 1)}`), timeout_seconds: 1 };
    const fields = { schedule_interval: '@yearly', action, retry_policy: { max_attempts: 1 } };
    ids.push((await user.newSchedule(fields)).id);
  }
  const runs: number[] = [];
  for (const id of ids) {
    for (let n = 0; n < 8; n++) runs.push((await user.post<RunDto>(`/schedules/${String(id)}/run`)).body.id);
  }
  for (const id of runs) {
    await until(async () => (await user.get<RunDto>(`/runs/${String(id)}`)).body.finished_at !== null);
    expect((await user.get<RunDto>(`/runs/${String(id)}`)).body.status).toBe('timed_out');
  }
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux.each(['http', 'https'])(
  '%s calls that timed out leave no connection',
  async (scheme) => {
    const before = sockets();
    everAccepted = 0;
    await callAll((address) => `${scheme}://${address}:${String(silentPort())}/`);
    const left = sockets() - before;
    process.stdout.write(
      `${String(COUNT)} silent ${scheme} calls made ${String(everAccepted)} connections: ${String(left)} sockets left\n`,
    );
    expect(left).toBeLessThanOrEqual(2);
    expect(everAccepted).toBe(COUNT);
    await until(() => accepted.size === 0);
  },
  60_000,
);

onLinux(
  'calls whose target never accepts leave no connection',
  async () => {
    const { port, child } = await deafProcess();
    try {
      const before = sockets();
      await callAll((address) => `http://${address}:${String(port)}/`);
      const left = sockets() - before;
      process.stdout.write(`${String(COUNT)} calls that nobody accepted: ${String(left)} sockets left\n`);
      expect(left).toBeLessThanOrEqual(2);
    } finally {
      child.kill('SIGKILL');
    }
  },
  60_000,
);

onLinux(
  'clients that keep silent, and never close, lose their connections',
  async () => {
    const before = sockets();
    const { port, hostname } = new URL(service.api.url);
    const clients: Socket[] = [];
    const requests = [
      '',
      'GET / HT',
      'POST /auth/signin HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n',
      '\0\r\n\r\n',
    ];
    try {
      for (let n = 0; n < COUNT; n++) {
        const client = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
        client.on('error', () => undefined);
        client.write(requests[n % requests.length] ?? '');
        clients.push(client);
      }
      await until(() => sockets() >= before + COUNT / 2);
      // After the time for headers, and that for closing. Bodies have 30 seconds.
      await until(() => sockets() <= before + COUNT / 4 + 2);
    } finally {
      for (const client of clients) client.destroy();
    }
  },
  25_000,
);
