import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { RunLedger } from '../../src/runs/run-ledger.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterEach(() => service.stop());

const run = async (id = 1): Promise<RunDto> => (await user.get<RunDto>(`/runs/${String(id)}`)).body;
const secondsUntilAvailable = ({ available_at }: RunDto): number =>
  (new Date(available_at).getTime() - service.clock.now().getTime()) / 1000;

/** One occurrence of a daily schedule is due. */
async function due(fields: object = {}): Promise<void> {
  await user.newSchedule({ schedule_interval: '1 12 * * *', ...fields });
  service.clock.advance(60_000);
  await service.tick();
}

test('a failed attempt is repeated after a backoff that doubles, in the same run', async () => {
  service.action.behaviour = ({ run: { attempt } }) =>
    attempt < 3
      ? { ok: false, retryable: true, error: `failure ${String(attempt)}`, output: 'why' }
      : { ok: true };
  await due({ retry_policy: { max_attempts: 5, min_backoff_seconds: 10 } });
  const first = await run();
  expect(first).toMatchObject({
    status: 'queued',
    attempt: 1,
    max_attempts: 5,
    finished_at: null,
    error: 'failure 1',
  });
  expect(secondsUntilAvailable(first)).toBeGreaterThanOrEqual(5);
  expect(secondsUntilAvailable(first)).toBeLessThanOrEqual(10);

  // Not before its time, also when it is offered.
  await service.tick();
  expect(await service.app.get(RunLedger).start(1)).toBeUndefined();
  expect(service.action.calls).toHaveLength(1);
  service.clock.advance(10_000);
  await service.tick();
  const second = await run();
  expect(second).toMatchObject({ status: 'queued', attempt: 2 });
  expect(secondsUntilAvailable(second)).toBeGreaterThanOrEqual(10);
  expect(secondsUntilAvailable(second)).toBeLessThanOrEqual(20);
  service.clock.advance(20_000);
  await service.tick();
  expect(await run()).toMatchObject({
    ...{ status: 'succeeded', attempt: 3, error: null, lateness_ms: 0 },
    attempts: [
      {
        attempt: 1,
        started_at: '2030-01-01T12:01:00.000Z',
        duration_ms: 0,
        error: 'failure 1',
        output: 'why',
      },
      {
        attempt: 2,
        started_at: '2030-01-01T12:01:10.000Z',
        duration_ms: 0,
        error: 'failure 2',
        output: 'why',
      },
    ],
  });
  expect(new Set(service.action.calls.map(({ run: { id } }) => id)).size).toBe(1);
});

test('after max_attempts it has failed', async () => {
  service.action.behaviour = () => ({ ok: false, retryable: true, error: 'down' });
  await due({ retry_policy: { max_attempts: 2, min_backoff_seconds: 1 } });
  service.clock.advance(1000);
  await service.tick();
  expect(await run()).toMatchObject({
    status: 'failed',
    attempt: 2,
    error: 'down',
    attempts: [{ attempt: 1 }],
  });
  service.clock.advance(3_600_000);
  await service.tick();
  expect(service.action.calls).toHaveLength(2);
});

test('what no repetition can mend fails at once; an exception counts as a failure', async () => {
  service.action.behaviour = () => ({ ok: false, retryable: false, error: 'not found' });
  await due();
  expect(await run()).toMatchObject({ status: 'failed', attempt: 1, error: 'not found' });
  service.action.behaviour = () => {
    throw new Error('broken');
  };
  await due({ schedule_interval: '2 12 * * *', retry_policy: { max_attempts: 1 } });
  expect(await run(2)).toMatchObject({ status: 'failed', error: 'broken' });
});

test('Retry-After is honoured when it is longer than the backoff, up to a day', async () => {
  service.action.behaviour = ({ run: { id } }) => ({
    ...{ ok: false, retryable: true, error: 'busy' },
    retryAfterMs: id === 1 ? 120_000 : 1e12,
  });
  await due();
  expect(secondsUntilAvailable(await run())).toBe(120);
  await due({ schedule_interval: '2 12 * * *' });
  expect(secondsUntilAvailable(await run(2))).toBe(86_400);
});

test('the backoff never exceeds its maximum', async () => {
  service.action.behaviour = () => ({ ok: false, retryable: true, error: 'down' });
  await due({ retry_policy: { max_attempts: 50, min_backoff_seconds: 1, max_backoff_seconds: 4 } });
  for (let attempt = 1; attempt < 12; attempt++) {
    expect(secondsUntilAvailable(await run())).toBeLessThanOrEqual(4);
    service.clock.advance(4000);
    await service.tick();
  }
  expect((await run()).attempt).toBe(12);
});

test('an attempt that takes too long is told to stop and has timed out', async () => {
  service.action.timeout = 20;
  let told = false;
  service.action.behaviour = (_context, stop) => {
    stop.whenTold(() => (told = true));
    return new Promise(() => undefined);
  };
  await due({ retry_policy: { max_attempts: 2, min_backoff_seconds: 0 } });
  expect(told).toBe(true);
  expect(await run()).toMatchObject({
    ...{ status: 'timed_out', attempt: 2, error: 'not done within its timeout of 0.02 s' },
    attempts: [{ attempt: 1, error: 'not done within its timeout of 0.02 s' }],
  });
});

test('a run that waits for its retry is unfinished: under skip the next occurrence is skipped', async () => {
  service.action.behaviour = () => ({ ok: false, retryable: true, error: 'down' });
  await due({ schedule_interval: '* * * * *', retry_policy: { min_backoff_seconds: 600 } });
  service.clock.advance(60_000);
  await service.tick();
  expect((await run(2)).status).toBe('skipped');
});
