import { expect, test } from '@jest/globals';
import type { Principal } from '../http/principal.js';
import { EventStream } from './event-stream.js';

const admin: Principal = {
  ...{ userId: 1, role: 'admin', address: '127.0.0.1' },
  credential: { kind: 'session', id: 'x' },
};

test('so much waits for a reader as it may have just then, and a reset stands for the rest', () => {
  let most = 1000;
  const stream = new EventStream(admin, () => most);
  const event = (n: number): void => {
    stream.receive(
      [{ type: 'run', owner_id: null, data: 'x'.repeat(90), id: `1-${String(n)}` }],
      `1-${String(n)}`,
    );
  };
  for (let n = 0; n < 100; n++) event(n);
  expect(stream.readableLength).toBeGreaterThan(1000);
  expect(stream.readableLength).toBeLessThan(1200);
  most = 2000;
  stream.nextSecond();
  event(100);
  expect(String(stream.read())).toMatch(/event: reset\nid: 1-99\ndata: {}\n\nevent: run\nid: 1-100\n/);
});

test('what happens while a stream is ending is not sent, and is no fault', async () => {
  const stream = new EventStream(admin);
  const faults: Error[] = [];
  stream.on('error', (error) => faults.push(error));
  const event = (id: string): void => {
    stream.receive([{ type: 'run', owner_id: null, data: '{}', id }], id);
  };
  event('1-0');
  stream.end();
  // Its end has not been read yet.
  event('2-0');
  stream.nextSecond();
  stream.beat();
  stream.end();
  let text = '';
  for await (const part of stream) text += String(part);
  expect(text).toBe('retry: 2000\nid: 1-0\n\nevent: run\nid: 1-0\ndata: {}\n\n');
  expect(faults).toEqual([]);
});
