import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { RunExecutor } from '../../src/runs/run-executor.js';
import { RunLedger } from '../../src/runs/run-ledger.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await service.stop();
});

/** A run that a dead node left running in its second attempt. */
async function afterDeath(delivery: string): Promise<RunDto> {
  const { id } = await user.newSchedule({ delivery, schedule_interval: '0 0 1 1 *' });
  await service.write(
    `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, attempt, max_attempts, started_at, attempts)
       VALUES (?, '2030-01-01 11:59:00.000', 'schedule', 'running', 2, 3, '2030-01-01 11:59:10.123', '[{"attempt":1}]')`,
    [id],
  );
  service = await service.restart();
  await service.settled();
  user = await service.api.signIn(user.user.email, user.password);
  return (await user.get<RunDto>('/runs/1')).body;
}

test('at_least_once: it is executed again, and its history tells of the death', async () => {
  expect(await afterDeath('at_least_once')).toMatchObject({
    ...{ status: 'succeeded', attempt: 3, error: null },
    attempts: [
      { attempt: 1 },
      {
        ...{ attempt: 2, started_at: '2030-01-01T11:59:10.123Z', duration_ms: null },
        error: 'its node died while it was running',
      },
    ],
  });
  expect(service.action.calls).toHaveLength(1);
});

test('at_most_once: it is interrupted, and not executed again', async () => {
  expect(await afterDeath('at_most_once')).toMatchObject({
    ...{ status: 'interrupted', attempt: 2, error: 'its node died while it was running' },
    finished_at: service.clock.now().toISOString(),
  });
  expect(service.action.calls).toHaveLength(0);
});

test('a run is known to its process until its outcome is written, also when it was delivered once more meanwhile', async () => {
  const executor = service.app.get(RunExecutor);
  const ledger = service.app.get(RunLedger);
  const write = ledger.end.bind(ledger);
  let mayWrite: () => void = () => undefined;
  const end = jest.spyOn(ledger, 'end').mockImplementationOnce(async (attempt) => {
    await new Promise<void>((resolve) => (mayWrite = resolve));
    await write(attempt);
  });
  const { id } = await user.newSchedule({ schedule_interval: '0 0 1 1 *' });
  const { body: run } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
  await until(() => end.mock.calls.length === 1);
  await executor.execute(run.id, () => undefined);
  expect(executor.knows(run.id)).toBe(true);
  mayWrite();
  await service.settled();
  await until(() => !executor.knows(run.id));
  expect(service.action.calls).toHaveLength(1);
});

test('a result that comes after the run was canceled changes nothing', async () => {
  await user.newSchedule();
  const end = service.action.hang();
  service.clock.advance(60_000);
  await service.scheduler.sweep();
  await service.untilRuns('running', 1);
  const canceled = await user.post<RunDto>('/runs/1/cancel');
  end({ ok: false, retryable: true, error: 'too late' });
  await service.settled();
  expect((await user.get('/runs/1')).body).toEqual(canceled.body);
});
