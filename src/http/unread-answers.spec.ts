import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { UnreadAnswers } from './unread-answers.js';

// Larger than what the system takes for a reader that does not read.
const LARGE = 16 * 1024 * 1024;

let server: Server;
let answers: UnreadAnswers;
let sent: ServerResponse[];
let waitForRoom: boolean;
const sockets: Socket[] = [];
beforeEach(async () => {
  answers = new UnreadAnswers(2 * LARGE, 100);
  sent = [];
  waitForRoom = false;
  server = createServer((request, response) => {
    const answer = (): void => {
      const text = 'x'.repeat(Number(request.url?.slice(1)));
      answers.add(response, text.length);
      sent.push(response);
      response.end(text);
    };
    if (waitForRoom) void answers.room().then(answer);
    else answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

const url = (): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

/** Asks for an answer and does not read it. */
async function notReading(bytes: number): Promise<ServerResponse> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  sockets.push(socket);
  const before = sent.length;
  socket.write(`GET /${String(bytes)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  while (sent.length === before) await new Promise(setImmediate);
  return sent.at(-1) as ServerResponse;
}

test('where too much waits, answers that nobody reads are given up, the oldest first', async () => {
  const responses: ServerResponse[] = [];
  for (let n = 0; n < 5; n++) responses.push(await notReading(LARGE));
  await answers.room();
  const given = responses.map(({ destroyed }) => destroyed);
  expect(given[0]).toBe(true);
  expect(given.at(-1)).toBe(false);
  expect(given).toEqual([...given].sort().reverse());
});

test('much more than that never waits, not even for a moment', async () => {
  const responses: ServerResponse[] = [];
  for (let n = 0; n < 40; n++) {
    responses.push(await notReading(LARGE / 4));
    const waiting = responses.filter(({ destroyed }) => !destroyed);
    expect(waiting.reduce((bytes, { writableLength }) => bytes + writableLength, 0)).toBeLessThanOrEqual(
      3.25 * LARGE,
    );
  }
});

test('whoever reads is not given up, however much is read at a time', async () => {
  // A busy machine may keep a reader waiting.
  answers = new UnreadAnswers(2 * LARGE, 5000);
  waitForRoom = true;
  const lengths = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const response = await fetch(`${url()}/${String(LARGE / 4)}`);
      return (await response.arrayBuffer()).byteLength;
    }),
  );
  expect(lengths).toEqual(Array(12).fill(LARGE / 4));
  // Nothing is counted any more: there is room at once.
  await answers.room();
});
