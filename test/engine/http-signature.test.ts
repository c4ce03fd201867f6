import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { CallingService } from '../support/calling-service.js';
import { newHttpSchedule, runOnce } from '../support/http-schedules.js';
import type { Received, Sink } from '../support/sink.js';
import type { TestService } from '../support/test-service.js';

let calling: CallingService;
let service: TestService;
let user: SignedInClient;
let sink: Sink;
beforeAll(async () => {
  calling = await CallingService.start({ SESSION_TTL_HOURS: '100' });
  ({ service, user, sink } = calling);
});
afterAll(() => calling.stop());
beforeEach(() => {
  calling.reset();
});

describe('the signature', () => {
  const rotate = async (id: number): Promise<string> =>
    (await user.post<{ signing_secret: string }>(`/schedules/${String(id)}/rotate-signing-secret`)).body
      .signing_secret;

  test('verifies by the public package, in every attempt, with one webhook-id', async () => {
    sink.answer = (_request, response) => response.writeHead(500).end();
    const fields = { retry_policy: { max_attempts: 3, min_backoff_seconds: 1 } };
    const id = await newHttpSchedule(user, { url: sink.url, body: { text: 'ünïcödé' } }, fields);
    const verifier = new Webhook(await rotate(id));
    await runOnce(service, user, id);
    for (let n = 0; n < 2; n++) {
      service.clock.advance(2000);
      await service.tick();
    }
    expect(sink.received).toHaveLength(3);
    for (const { body, headers } of sink.received) {
      expect(verifier.verify(body, headers)).toEqual({ text: 'ünïcödé' });
    }
    const all = (name: string): Set<string | undefined> =>
      new Set(sink.received.map(({ headers }) => headers[name]));
    expect(all('webhook-id').size).toBe(1);
    expect(all('idempotency-key')).toEqual(all('webhook-id'));
    expect(all('x-scheduler-attempt')).toEqual(new Set(['1', '2', '3']));
    expect(new Set(sink.received.map(({ headers }) => headers['traceparent']?.slice(3, 35))).size).toBe(1);
    expect(all('traceparent').size).toBe(3);
  });

  test('of a changed body does not verify', async () => {
    const id = await newHttpSchedule(user, { url: sink.url, body: 'as sent' });
    const verifier = new Webhook(await rotate(id));
    await runOnce(service, user, id);
    const [{ headers }] = sink.received as [Received];
    expect(() => verifier.verify('another', headers)).toThrow('No matching signature');
    expect(() => new Webhook(`whsec_${btoa('another key')}`).verify('as sent', headers)).toThrow();
  });

  test('is by both secrets for 24 hours after a rotation', async () => {
    const id = await newHttpSchedule(user, { url: sink.url, body: '{}' });
    const old = new Webhook(await rotate(id));
    const next = new Webhook(await rotate(id));
    expect(await runOnce(service, user, id)).toMatchObject({ status: 'succeeded' });
    const [first] = sink.received as [Received];
    expect(first.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(old.verify(first.body, first.headers)).toEqual({});
    expect(next.verify(first.body, first.headers)).toEqual({});

    service.clock.advance(86_400_001);
    await runOnce(service, user, id);
    expect(sink.received[1]?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
  });

  test('secret is only told when it is made', async () => {
    const id = await newHttpSchedule(user, { url: sink.url });
    const secret = await rotate(id);
    expect(secret).toMatch(/^whsec_[A-Za-z\d+/]{43}=$/);
    const { body } = await user.get<ScheduleDto>(`/schedules/${String(id)}`);
    expect(JSON.stringify(body)).not.toMatch(/signing|whsec/);
  });
});
