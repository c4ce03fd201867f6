import { gzipSync } from 'node:zlib';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { callOnce } from '../support/http-schedules.js';
import { insertSchedules } from '../support/many-schedules.js';
import { NameServer } from '../support/name-server.js';
import { selfSigned } from '../support/self-signed.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
let names: NameServer;
let target: Server | undefined;
const sockets = new Set<Socket>();

beforeAll(async () => {
  names = await NameServer.start();
  service = await TestService.start({ EGRESS_ALLOW: '127.0.0.1', DNS_SERVERS: names.address });
  user = await service.api.newUser();
});
afterAll(async () => {
  await service.stop();
  await names.stop();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise<unknown>((resolve) => {
    if (target) target.close(resolve);
    else resolve(undefined);
  });
  target = undefined;
});

const ONE_SECOND = { timeout_seconds: 1, method: 'GET' };
const HEAD = 'HTTP/1.1 200 OK\r\n';

/** A target that does whatever `behave` does with each connection, once a request has come. */
async function targetThat(behave: (socket: Socket) => void): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.once('data', () => {
        behave(socket);
      });
    }),
  );
}

async function listen(server: Server): Promise<string> {
  target = server;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** Calls once, and makes sure that the service answered meanwhile as if nothing were. */
async function call(action: object): Promise<RunDto> {
  let slowest = 0;
  let running = true as boolean;
  const watch = (async (): Promise<void> => {
    while (running) {
      const begun = performance.now();
      await service.api.get('/health/live');
      slowest = Math.max(slowest, performance.now() - begun);
    }
  })();
  const run = await callOnce(service, user, action);
  running = false;
  await watch;
  expect(slowest).toBeLessThan(1000);
  return run;
}

test('a target that accepts and then keeps silent', async () => {
  const host = await targetThat(() => undefined);
  expect(await call({ url: `http://${host}/`, ...ONE_SECOND })).toMatchObject({
    ...{ status: 'timed_out', status_code: null },
    error: `not done within its timeout of 1 s: no answer from ${host} yet`,
  });
});

test('an answer that drips', async () => {
  const host = await targetThat((socket) => {
    socket.write(`${HEAD}\r\n`);
    const drip = setInterval(() => socket.write('x'), 50);
    socket.on('close', () => {
      clearInterval(drip);
    });
  });
  const run = await call({ url: `http://${host}/`, ...ONE_SECOND });
  expect(run).toMatchObject({ status: 'timed_out', status_code: 200 });
  expect(run.error).toMatch(/^not done within its timeout of 1 s: answered 200, but its body broke off/);
  expect(run.output).toMatch(/^x{5,}$/);
});

test('headers that never end', async () => {
  const host = await targetThat((socket) => {
    socket.write(HEAD);
    const drip = setInterval(() => socket.write(`x-${'y'.repeat(2000)}: z\r\n`), 5);
    socket.on('close', () => {
      clearInterval(drip);
    });
  });
  const run = await call({ url: `http://${host}/`, ...ONE_SECOND });
  expect(run).toMatchObject({ status: 'failed', status_code: null });
  expect(run.error).toMatch(/the headers of the answer are too long/);
});

test('a body that never ends', async () => {
  const chunk = Buffer.alloc(65_536, 'x');
  const host = await targetThat((socket) => {
    socket.write(`${HEAD}\r\n`);
    const pour = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', pour);
    pour();
  });
  const run = await call({ url: `http://${host}/`, timeout_seconds: 10 });
  expect(run).toMatchObject({ status: 'failed', status_code: 200, output: 'x'.repeat(65_536) });
  expect(run.error).toBe('answered 200, but its body broke off: the answer is longer than 10485760 bytes');
});

test('a gzip bomb is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000), { level: 1 });
  const host = await targetThat((socket) => {
    socket.end(
      Buffer.concat([
        Buffer.from(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${String(bomb.length)}\r\n\r\n`),
        bomb,
      ]),
    );
  });
  const before = process.memoryUsage().rss;
  expect(await call({ url: `http://${host}/`, timeout_seconds: 5, body_contains: 'x' })).toMatchObject({
    ...{ status: 'failed', status_code: 200 },
    output: `(${String(bomb.length)} bytes, compressed by gzip: not shown)`,
    error: 'answered 200, but the body does not contain body_contains',
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});

test('a connection that is reset in the middle of the body', async () => {
  const host = await targetThat((socket) => {
    socket.write(`${HEAD}Content-Length: 100\r\n\r\nthe beginning`, () => {
      setImmediate(() => socket.resetAndDestroy());
    });
  });
  const run = await call({ url: `http://${host}/`, timeout_seconds: 5 });
  expect(run).toMatchObject({ status: 'failed', status_code: 200 });
  expect(run.error).toMatch(/^answered 200, but its body broke off: the connection was (reset|closed)/);
});

test('a connection that is closed without an answer', async () => {
  const host = await targetThat((socket) => socket.end());
  expect((await call({ url: `http://${host}/`, timeout_seconds: 5 })).error).toMatch(
    /the connection was closed/,
  );
});

test('an answer that is not HTTP', async () => {
  const host = await targetThat((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
  const run = await call({ url: `http://${host}/`, timeout_seconds: 5 });
  expect(run).toMatchObject({ status: 'failed', status_code: null });
  expect(run.error).toMatch(/Response does not match the HTTP\/1.1 protocol/);
});

test('a port nobody listens at', async () => {
  const host = await targetThat(() => undefined);
  await new Promise((resolve) => target?.close(resolve));
  target = undefined;
  expect(await call({ url: `http://${host}/`, timeout_seconds: 5 })).toMatchObject({
    ...{ status: 'failed', error: 'the connection was refused (ECONNREFUSED)' },
  });
});

test('a certificate nobody vouches for', async () => {
  const server = createTlsServer(selfSigned(), () => undefined);
  const host = await listen(server);
  const run = await call({ url: `https://${host}/`, timeout_seconds: 5 });
  expect(run).toMatchObject({ status: 'failed', status_code: null });
  expect(run.error).toMatch(/^TLS failed: .*self.signed certificate/);
});

test('a TLS handshake that is never answered', async () => {
  const host = await listen(createTcpServer());
  expect(await call({ url: `https://${host}/`, ...ONE_SECOND })).toMatchObject({
    ...{ status: 'timed_out', error: `not done within its timeout of 1 s: no answer from ${host} yet` },
  });
});

test('a host that does not exist', async () => {
  expect(await call({ url: 'http://nobody.example/', timeout_seconds: 5 })).toMatchObject({
    ...{ status: 'failed', error: 'the host name does not exist (ENOTFOUND)' },
  });
});

test('a name server that keeps silent', async () => {
  names.silent.add('silent.example');
  expect(await call({ url: 'http://silent.example/', ...ONE_SECOND })).toMatchObject({
    ...{
      status: 'timed_out',
      error: 'not done within its timeout of 1 s: no answer from silent.example yet',
    },
  });
});

test('a name server that keeps silent about IPv6 only', async () => {
  const host = await targetThat((socket) => socket.end(`${HEAD}Content-Length: 0\r\n\r\n`));
  names.addresses.set('v4.example', () => '127.0.0.1');
  names.silentAboutIpv6.add('v4.example');
  expect(
    await call({ url: `http://${host.replace('127.0.0.1', 'v4.example')}/`, timeout_seconds: 5 }),
  ).toMatchObject({
    ...{ status: 'succeeded', status_code: 200 },
  });
});

test('a thousand silent names hold up neither each other nor a password', async () => {
  const hosts = Array.from({ length: 1000 }, (_, n) => `host${String(n)}.example`);
  for (const host of hosts) names.silent.add(host);
  const due = service.clock.now();
  await insertSchedules(service, hosts.length, due, {
    action: `json_object('type', 'http', 'url', 'http://host' || (i - 1) || '.example/', 'timeout_seconds', 2)`,
  });
  await service.scheduler.sweep();
  // As many as one owner gets of 256 places.
  await service.untilRuns('running', 224);
  const begun = performance.now();
  await service.api.signIn(user.user.email, user.password);
  expect(performance.now() - begun).toBeLessThan(2000);
  await service.settled();
  const { headers } = await user.get('/runs?status=timed_out&limit=1');
  expect(Number(headers.get('x-total-count'))).toBeGreaterThanOrEqual(1000);
}, 60_000);
