import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import { EventStreams, STREAMS_PER_USER } from '../../src/events/event-streams.js';
import type { SignedInClient } from '../support/api-client.js';
import { EventReader } from '../support/event-reader.js';
import { heartbeat, runNow, second, startEventService } from '../support/event-service.js';
import type { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let other: SignedInClient;
beforeEach(async () => {
  ({ service, admin, member, other } = await startEventService());
});
afterEach(() => service.stop());

describe('a reader', () => {
  test('hears a heartbeat every 15 seconds, by which it also knows how far it has come', async () => {
    const reader = await EventReader.open(member);
    const begin = reader.lastEventId;
    await second(service);
    expect(reader.comments).toEqual([]);
    await other.newSchedule();
    await delay(200);
    await heartbeat(service);
    await reader.until(() => reader.comments.length > 0);
    expect(reader.comments).toEqual([': heartbeat']);
    expect(reader.events).toEqual([]);
    expect(reader.lastEventId).not.toBe(begin);
    await reader.close();
  });

  test('gets 200 events a second; what is beyond is left out, and a reset says so', async () => {
    const reader = await EventReader.open(admin);
    const ten = Array.from({ length: 10 });
    for (let n = 0; n < 25; n++) await Promise.all(ten.map(() => member.newSchedule()));
    await reader.until(() => reader.events.length >= 200);
    await delay(200);
    expect(reader.events).toHaveLength(200);
    await second(service);
    await reader.event('reset');
    const { id } = await member.newSchedule();
    await reader.event('schedule', { id });
    expect(reader.events.slice(200).map(({ type }) => type)).toEqual(['reset', 'schedule']);
    await reader.close();
  });

  test('that does not read costs a bounded amount of memory, and is told so when it does', async () => {
    const { hostname, port, host } = new URL(service.api.url);
    const socket: Socket = connect(Number(port), hostname);
    socket.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${admin.bearer}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const { id } = await member.newSchedule({ title: 't'.repeat(200) });
    service.action.behaviour = () => ({ ok: false, retryable: false, error: 'e'.repeat(500) });
    const streams = service.app.get(EventStreams);
    const [stream] = streams['streams'];
    if (!stream) throw new Error('there is no stream');
    let most = 0;
    // Sockets of the system take some megabytes before anything piles up here.
    for (let n = 0; n < 60 && !stream['full']; n++) {
      const data = JSON.stringify({ id, filler: 'x'.repeat(2000) });
      const events = Array.from({ length: 199 }, (_, k) => ({
        ...{ type: 'run' as const, owner_id: null, data },
        id: `${String(Date.now())}-${String(n * 200 + k)}`,
      }));
      stream.receive(events, events.at(-1)?.id ?? '');
      await second(service);
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, stream.readableLength);
    }
    expect(stream['full']).toBe(true);
    expect(most).toBeLessThan(262_144 + 200 * 2200);
    await runNow(member, id);
    await service.settled();
    await delay(200);
    expect(stream.readableLength).toBeLessThanOrEqual(most);
    let text = '';
    socket.on('data', (bytes) => (text = text.slice(-100_000) + bytes.toString()));
    socket.resume();
    while (!text.includes('event: reset')) {
      await second(service);
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.destroy();
  });

  test('has 20 streams at most; further ones are refused until one is closed', async () => {
    const readers = await Promise.all(
      Array.from({ length: STREAMS_PER_USER }, () => EventReader.open(member)),
    );
    const refused = await member.open('/events');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '15']);
    expect(await refused.json()).toMatchObject({
      detail: 'At most 20 event streams per user: close one. Try again in 15 s.',
    });
    const others = await EventReader.open(other);
    await readers[0]?.close();
    let again = await member.open('/events');
    while (again.status === 429) again = await member.open('/events');
    expect(again.status).toBe(200);
    await again.body?.cancel();
    await Promise.all([others, ...readers].map((reader) => reader.close()));
  });

  test('that asks for the head alone gets it, and leaves nothing open', async () => {
    const head = await fetch(`${service.api.url}/events`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${member.bearer}` },
    });
    expect([head.status, head.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(service.app.get(EventStreams)['streams'].size).toBe(0);
  });
});

describe('the stream ends', () => {
  const endsWith = async (client: SignedInClient, what: () => Promise<unknown>): Promise<void> => {
    const [reader, untouched] = [await EventReader.open(client), await EventReader.open(other)];
    await heartbeat(service);
    await reader.until(() => reader.comments.length === 1);
    await what();
    await heartbeat(service);
    await reader.untilEnd();
    await untouched.until(() => untouched.comments.length === 2);
    await untouched.close();
  };

  test('with its session', () => endsWith(member, () => member.post('/auth/signout')));

  test('with a new password', () =>
    endsWith(member, () => admin.patch(`/user/${String(member.user.id)}`, { password: 'another horse' })));

  test('with its user', () => endsWith(member, () => admin.delete(`/user/${String(member.user.id)}`)));

  test('when its user may see more or less than before', () =>
    endsWith(member, () => admin.patch(`/user/${String(member.user.id)}`, { role: 'admin' })));

  test('when its API key is revoked, or expires', async () => {
    const key = async (fields: object): Promise<[number, SignedInClient]> => {
      const { body } = await member.post<NewApiKeyDto>('/auth/api-keys', {
        ...{ name: 'x', scopes: ['read'] },
        ...fields,
      });
      return [body.id, member.withToken(body.key) as SignedInClient];
    };
    const [id, revoked] = await key({});
    await endsWith(revoked, () => member.delete(`/auth/api-keys/${String(id)}`));
    const expires_at = new Date(service.clock.now().getTime() + 20_000).toISOString();
    const [, expired] = await key({ expires_at });
    await endsWith(expired, () => Promise.resolve());
  });

  test('when its session expires', async () => {
    const reader = await EventReader.open(member);
    service.clock.advance(86_400_000);
    await second(service);
    await reader.untilEnd();
  });

  test('at once when the service stops, which waits for nobody', async () => {
    const readers = await Promise.all([admin, member].map((user) => EventReader.open(user)));
    const begun = performance.now();
    service = await service.restart();
    expect(performance.now() - begun).toBeLessThan(1900);
    await Promise.all(readers.map((reader) => reader.untilEnd()));
  });
});
