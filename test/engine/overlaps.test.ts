import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { OverlapPolicy } from '../../src/schedules/policies.js';
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

/** The statuses of all runs, oldest first. */
const statuses = async (): Promise<string[]> =>
  (await user.get<RunDto[]>('/runs')).body.map(({ status }) => status).reverse();

/** Three occurrences are due, one minute after the other, while the first run hangs. */
async function threeWhileTheFirstHangs(overlap_policy: OverlapPolicy): Promise<(end?: undefined) => void> {
  await user.newSchedule({ overlap_policy });
  const end = service.action.hang();
  for (let minute = 1; minute <= 3; minute++) {
    service.clock.advance(60_000);
    await service.scheduler.sweep();
    if (minute === 1) await service.untilRuns('running', 1);
  }
  return end;
}

test('skip: an occurrence does not run while another does, and its row says why', async () => {
  const end = await threeWhileTheFirstHangs('skip');
  expect(await statuses()).toEqual(['running', 'skipped', 'skipped']);
  const { body } = await user.get<RunDto[]>('/runs?status=skipped');
  expect(body[0]?.error).toBe('the previous run of this schedule was not over (overlap_policy skip)');
  end();
  await service.settled();
  service.clock.advance(60_000);
  await service.tick();
  expect(await statuses()).toEqual(['succeeded', 'skipped', 'skipped', 'succeeded']);
});

test('queue: one waits, and starts when the other ends; a second one is skipped', async () => {
  const end = await threeWhileTheFirstHangs('queue');
  expect(await statuses()).toEqual(['running', 'queued', 'skipped']);
  expect(service.action.calls).toHaveLength(1);
  end();
  await service.settled();
  expect(await statuses()).toEqual(['succeeded', 'succeeded', 'skipped']);
  expect(service.action.calls.map(({ run }) => run.id)).toEqual([1, 2]);
});

test('allow: all run side by side', async () => {
  const end = await threeWhileTheFirstHangs('allow');
  await service.untilRuns('running', 3);
  end();
  await service.settled();
  expect(await statuses()).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

test('cancel: the running one is told to stop and is canceled, the new one runs', async () => {
  await user.newSchedule({ overlap_policy: 'cancel' });
  let stopped = 0;
  service.action.behaviour = ({ run }, stop) =>
    run.id === 3
      ? { ok: true }
      : new Promise((resolve) => {
          stop.whenTold(() => {
            stopped++;
            resolve({ ok: true });
          });
        });
  for (let minute = 1; minute <= 3; minute++) {
    service.clock.advance(60_000);
    await service.scheduler.sweep();
    if (minute < 3) await service.untilRuns('running', 1);
  }
  await service.settled();
  expect(await statuses()).toEqual(['canceled', 'canceled', 'succeeded']);
  expect(stopped).toBe(2);
  const { body } = await user.get<RunDto>('/runs/1');
  expect(body.error).toBe('the next occurrence was due (overlap_policy cancel)');
});

test('a schedule whose run was killed under skip fires again at its next occurrence', async () => {
  const schedule = await user.newSchedule({ overlap_policy: 'skip' });
  await service.write(
    `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, attempt, started_at)
       VALUES (?, '2030-01-01 11:59:00.000', 'schedule', 'running', 1, '2030-01-01 11:59:00.000')`,
    [schedule.id],
  );
  service = await service.restart();
  await service.settled();
  service.clock.advance(60_000);
  await service.tick();
  user = await service.api.signIn(user.user.email, user.password);
  expect(await statuses()).toEqual(['succeeded', 'succeeded']);
});

test('a manual run starts beside a running one, and holds the next occurrence back', async () => {
  const schedule = await user.newSchedule({ overlap_policy: 'skip' });
  const end = service.action.hang();
  service.clock.advance(60_000);
  await service.scheduler.sweep();
  await user.post(`/schedules/${String(schedule.id)}/run`);
  await service.untilRuns('running', 2);
  service.clock.advance(60_000);
  await service.scheduler.sweep();
  end();
  await service.settled();
  expect(await statuses()).toEqual(['succeeded', 'succeeded', 'skipped']);
});
