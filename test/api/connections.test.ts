import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  user = await service.api.newUser();
});
afterAll(() => service.stop());

async function connection(): Promise<Socket> {
  const { hostname, port } = new URL(service.api.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const requestOf = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.bearer}\r\n${more}\r\n`;

/** All that comes until the connection is closed. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (part) => (text += String(part)));
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

test('requests that a client sends before it has the answers are answered in their order', async () => {
  const socket = await connection();
  for (const path of ['/auth/me', '/user?limit=1', '/schedules']) socket.write(requestOf(path));
  socket.write(requestOf('/runs', 'Connection: close\r\n'));
  const answers = (await readAll(socket)).split('HTTP/1.1 200 OK').slice(1);
  expect(answers.map((answer) => answer.slice(answer.indexOf('\r\n\r\n') + 4).slice(0, 9))).toEqual([
    '{"id":1,"',
    '[{"id":1,',
    '[]',
    '[]',
  ]);
});

test('a client that sends hundreds of requests before it reads is cut off', async () => {
  const socket = await connection();
  socket.write(requestOf('/auth/me').repeat(500));
  expect((await readAll(socket)).split('HTTP/1.1').length).toBeLessThan(200);
  expect((await user.get('/auth/me')).status).toBe(200);
});
