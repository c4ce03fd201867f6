import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RunQueue } from '../../src/run-queue/run-queue.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { Recovery } from '../../src/runs/recovery.js';
import { RunExecutor } from '../../src/runs/run-executor.js';
import type { SignedInClient } from '../support/api-client.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { newPostgres, type TestDatabase } from '../support/test-database.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let way: TcpProxy;
let service: TestService;
let user: SignedInClient;

beforeEach(async () => {
  database = await newPostgres();
  way = await TcpProxy.to(database.settings['DATABASE_URL'] ?? '');
  service = await TestService.start({ ...database.settings, DATABASE_URL: way.url });
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await service.stop();
  way.close();
  await database.drop();
});

/** The answer to the next commit of this kind is lost; it is committed all the same. */
function loseNextCommit(kind: 'transaction' | 'bulk'): void {
  const { unitOfWork } = service;
  const run = unitOfWork[kind].bind(unitOfWork);
  jest.spyOn(unitOfWork, kind).mockImplementationOnce((work) =>
    run(async (manager) => {
      const result = await work(manager);
      way.loseAnswers();
      return result;
    }),
  );
}

/** Other connections break with the one that is lost: what asks on them asks again. */
async function untilLost(): Promise<void> {
  await until(() => service.unitOfWork.answerLostAt > 0);
  const running = (): Promise<unknown[]> => service.query(`SELECT id FROM runs WHERE status = 'running'`);
  await until(async () => (await running().catch(() => [])).length === 1);
}

test.each([
  ['an occurrence that is claimed and started', 'transaction'],
  ['a run that is taken from the queue', 'bulk'],
] as const)('%s is executed, once, when the answer to that commit is lost', async (_name, kind) => {
  const { id } = await user.newSchedule(kind === 'bulk' ? { schedule_interval: '@yearly' } : {});
  loseNextCommit(kind);
  if (kind === 'bulk') await user.post(`/schedules/${String(id)}/run`);
  else {
    service.clock.advance(60_000);
    await expect(service.scheduler.claimDue()).rejects.toThrow('Connection terminated');
  }
  await untilLost();
  await service.scheduler.sweep();
  // It might be under way: nobody takes it yet.
  expect(await service.query(`SELECT id FROM runs WHERE status = 'running'`)).toHaveLength(1);
  service.clock.advance(59_000);
  await service.scheduler.sweep();
  service.clock.advance(2000);
  await until(async () => {
    await service.scheduler.sweep();
    return service.action.calls.length > 0;
  });
  await service.settled();
  const { body } = await user.get<RunDto[]>(`/schedules/${String(id)}/runs`);
  expect(body.at(-1)).toMatchObject({ status: 'succeeded', attempt: 1 });
  expect(service.action.calls.filter(({ run }) => run.id === body.at(-1)?.id)).toHaveLength(1);
});

test('a run whose start was committed is found, as its owner’s, however long the server stays away after that', async () => {
  const { id } = await user.newSchedule({ schedule_interval: '@yearly' });
  loseNextCommit('bulk');
  const { body: run } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
  await untilLost();
  // It tries to start the run once more, and finds that it is not `queued`.
  const executor = service.app.get(RunExecutor);
  await until(() => !executor.knows(run.id));
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + 200_000);
  service.clock.advance(200_000);
  const add = jest.spyOn(service.app.get(RunQueue), 'add');
  const recovery = service.app.get(Recovery);
  expect(await recovery.reclaim()).toBe(1);
  expect(add.mock.calls.flat(2)).toEqual([expect.objectContaining({ lane: null, owner_id: user.user.id })]);
  await service.settled();
  expect(service.action.calls).toHaveLength(1);
  // What was looked at is not looked at again.
  const transaction = jest.spyOn(service.unitOfWork, 'transaction');
  expect(await recovery.reclaim()).toBe(0);
  expect(transaction).not.toHaveBeenCalled();
});

test('a run that is under way for long is left alone, whatever answers were lost', async () => {
  const { id } = await user.newSchedule({ schedule_interval: '@yearly' });
  const end = service.action.hang();
  await user.post(`/schedules/${String(id)}/run`);
  await service.untilRuns('running', 1);
  service.unitOfWork.answerLostAt = performance.now();
  service.clock.advance(61_000);
  await service.scheduler.sweep();
  end();
  await service.settled();
  const { body } = await user.get<RunDto[]>(`/schedules/${String(id)}/runs`);
  expect(body).toMatchObject([{ status: 'succeeded', attempt: 1 }]);
  expect(service.action.calls).toHaveLength(1);
});
