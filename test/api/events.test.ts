import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Recovery } from '../../src/runs/recovery.js';
import type { SignedInClient } from '../support/api-client.js';
import { EventReader } from '../support/event-reader.js';
import { runNow, startEventService } from '../support/event-service.js';
import type { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let other: SignedInClient;
beforeEach(async () => {
  ({ service, admin, member, other } = await startEventService());
});
afterEach(() => service.stop());

describe('tells', () => {
  test('of a run: queued by hand, running, over', async () => {
    const end = service.action.hang();
    const reader = await EventReader.open(member);
    const { id } = await member.newSchedule({ title: 'Nightly backup' });
    const run = await runNow(member, id);
    await reader.event('run', { id: run.id, status: 'running' });
    end({ ok: true, statusCode: 204, output: 'long' });
    const { data } = await reader.event('run', { id: run.id, status: 'succeeded' });
    expect(data).toEqual({
      id: run.id,
      schedule_id: id,
      schedule_title: 'Nightly backup',
      scheduled_for: '2030-01-01T12:00:00.000Z',
      trigger: 'manual',
      status: 'succeeded',
      attempt: 1,
      lateness_ms: 0,
      duration_ms: 0,
      status_code: 204,
      error: null,
    });
    expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(reader.response.headers.get('cache-control')).toBe('no-store');
    // Like every other answer.
    expect(reader.response.headers.get('x-content-type-options')).toBe('nosniff');
    await reader.close();
  });

  test('of retries, and of failures with the beginning of their reason', async () => {
    const { id } = await member.newSchedule({ retry_policy: { max_attempts: 2, min_backoff_seconds: 1 } });
    const reader = await EventReader.open(member);
    service.action.behaviour = () => ({ ok: false, retryable: true, error: 'e'.repeat(2000) });
    const run = await runNow(member, id);
    await reader.event('run', { status: 'queued', attempt: 1 });
    service.clock.advance(2000);
    await service.tick();
    const { data } = await reader.event('run', { id: run.id, status: 'failed', attempt: 2 });
    expect(data['error']).toBe('e'.repeat(500));
    await reader.close();
  });

  test('of occurrences that never ran', async () => {
    await member.newSchedule({ schedule_interval: '0 * * * *' });
    const reader = await EventReader.open(member);
    service.clock.advance(3 * 3_600_000);
    await service.tick();
    const { data } = await reader.event('run', { status: 'missed' });
    expect(data).toMatchObject({ trigger: 'catch_up', scheduled_for: '2030-01-01T13:00:00.000Z' });
    await reader.close();
  });

  test('of runs that are canceled: by a user, or with their schedule', async () => {
    const { id } = await member.newSchedule({ retry_policy: { max_attempts: 2 } });
    service.action.behaviour = () => ({ ok: false, retryable: true, error: 'no' });
    const reader = await EventReader.open(member);
    const [one, two] = [await runNow(member, id), await runNow(member, id)];
    await service.settled();
    await member.post(`/runs/${String(one.id)}/cancel`);
    await reader.event('run', { id: one.id, status: 'canceled' });
    await member.delete(`/schedules/${String(id)}`);
    await reader.event('run', { id: two.id, status: 'canceled' });
    await reader.close();
  });

  test('of runs whose node died', async () => {
    const { id } = await member.newSchedule({ delivery: 'at_most_once' });
    await service.write(
      `INSERT INTO runs (schedule_id, owner_id, scheduled_for, "trigger", status, attempt)
       VALUES (?, ?, '2030-01-01 11:58:00.000', 'schedule', 'running', 1)`,
      [id, member.user.id],
    );
    const reader = await EventReader.open(member);
    await service.app.get(Recovery).runOnce();
    await reader.event('run', { schedule_id: id, status: 'interrupted' });
    await reader.close();
  });

  test('of schedules: created, updated, deleted; one that is stopped by the service, too', async () => {
    const reader = await EventReader.open(member);
    const { id } = await member.newSchedule();
    await reader.event('schedule', { id, change: 'created' });
    await member.patch(`/schedules/${String(id)}`, { title: 'other' });
    await reader.event('schedule', { id, change: 'updated' });
    await member.delete(`/schedules/${String(id)}`);
    expect((await reader.event('schedule', { id, change: 'deleted' })).data).toEqual({
      id,
      change: 'deleted',
    });
    await reader.close();
  });

  test('a member of its own, an admin of everything', async () => {
    const readers = await Promise.all([admin, member, other].map((user) => EventReader.open(user)));
    const [ofAdmin, ofMember, ofOther] = readers as [EventReader, EventReader, EventReader];
    const mine = await member.newSchedule();
    const theirs = await other.newSchedule();
    const [run, another] = [await runNow(member, mine.id), await runNow(other, theirs.id)];
    for (const reader of [ofAdmin, ofMember]) await reader.event('run', { id: run.id, status: 'succeeded' });
    for (const reader of [ofAdmin, ofOther])
      await reader.event('run', { id: another.id, status: 'succeeded' });
    const seen = ({ events }: EventReader): unknown[] => [
      ...new Set(events.map(({ data }) => data['schedule_id'] ?? data['id'])),
    ];
    expect(seen(ofAdmin)).toEqual([mine.id, theirs.id]);
    expect([seen(ofMember), seen(ofOther)]).toEqual([[mine.id], [theirs.id]]);
    await Promise.all(readers.map((reader) => reader.close()));
  });
});

test('an event arrives within 300 ms of the end of its run', async () => {
  const reader = await EventReader.open(member);
  const { id } = await member.newSchedule();
  const took: number[] = [];
  for (let n = 0; n < 20; n++) {
    let ended = 0;
    service.action.behaviour = () => {
      ended = performance.now();
      return { ok: true };
    };
    const run = await runNow(member, id);
    await reader.event('run', { id: run.id, status: 'succeeded' });
    took.push(performance.now() - ended);
  }
  took.sort((a, b) => a - b);
  const [median, slowest] = [took[took.length / 2] ?? Infinity, took.at(-1) ?? Infinity];
  process.stdout.write(
    `an event arrives ${median.toFixed(0)} ms after its run's end; the slowest of ${String(took.length)} took ${slowest.toFixed(0)} ms\n`,
  );
  expect(median).toBeLessThan(300);
  await reader.close();
});

describe('Last-Event-ID', () => {
  test('brings what happened meanwhile, once', async () => {
    const reader = await EventReader.open(member);
    const [first, second] = [await member.newSchedule(), await member.newSchedule()];
    await reader.event('schedule', { id: second.id });
    expect(reader.events.map(({ data }) => data['id'])).toEqual([first.id, second.id]);
    await reader.close();
    const third = await member.newSchedule();
    // Gathering takes a moment: then it is missed, and not merely late.
    await delay(200);
    const again = await EventReader.resume(member, reader);
    await again.event('schedule', { id: third.id });
    const fourth = await member.newSchedule();
    await again.event('schedule', { id: fourth.id });
    expect(again.events.map(({ type, data }) => [type, data['id']])).toEqual([
      ['schedule', third.id],
      ['schedule', fourth.id],
    ]);
    await again.close();
  });

  test('also of a reader that has seen nothing yet', async () => {
    const reader = await EventReader.open(member);
    await reader.close();
    const { id } = await member.newSchedule();
    await delay(200);
    const again = await EventReader.resume(member, reader);
    expect((await again.event('schedule', { id })).type).toBe('schedule');
    expect(again.ofType('reset')).toEqual([]);
    await again.close();
  });

  test.each(['0-1', '9999999999999-0', 'nonsense', '1-', ''])(
    'that is not kept (%j) is answered by a reset; none is no fault',
    async (id) => {
      const reader = await EventReader.open(member, { 'last-event-id': id });
      await reader.event('reset');
      expect(reader.events).toEqual([{ type: 'reset', id: reader.lastEventId, data: {} }]);
      await reader.close();
      const anew = await EventReader.open(member);
      expect(anew.events).toEqual([]);
      await anew.close();
    },
  );

  test('of another process is answered by a reset', async () => {
    const reader = await EventReader.open(member);
    const { lastEventId } = reader;
    service.clock.advance(1000);
    service = await service.restart();
    await reader.untilEnd();
    const again = await EventReader.open(service.api.withToken(member.bearer), {
      'last-event-id': lastEventId,
    });
    await again.event('reset');
    await again.close();
  });
});
