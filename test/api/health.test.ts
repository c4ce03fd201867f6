import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Dialect } from '../../src/database/dialect.js';
import { RunQueue } from '../../src/run-queue/run-queue.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { RunProgress } from '../../src/runs/run-progress.js';
import { Claimer } from '../../src/scheduler/claimer.js';
import type { SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start({ RUN_CONCURRENCY: '3', RUN_CONCURRENCY_PER_ORIGIN: '1' });
  user = await service.api.newUser();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await service.stop();
});

interface Health {
  status: string;
  details: Record<string, { status: string; message?: string }>;
}

/** What readiness says now. Answers are good for a second of real time, which is over by then. */
async function ready(): Promise<{ status: number; down: Record<string, string | undefined> }> {
  await new Promise((resolve) => setTimeout(resolve, 1050));
  const { status, body } = await service.api.get<Health>('/health/ready');
  const down = Object.entries(body.details).filter(([, part]) => part.status !== 'up');
  return { status, down: Object.fromEntries(down.map(([name, { message }]) => [name, message])) };
}

/** Sweeps as usual, for so long. */
async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    service.clock.advance(5000);
    await service.scheduler.sweep();
  }
}

const runNow = async (schedule: number): Promise<number> =>
  (await user.post<RunDto>(`/schedules/${String(schedule)}/run`)).body.id;

const YEARLY = { schedule_interval: '@yearly' };
const GREEN = { status: 200, down: {} };

test('is live', async () => {
  expect(await service.api.get('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('is ready while the database takes writes and sweeps come through', async () => {
  await service.scheduler.sweep();
  const { status, body } = await service.api.get<Health>('/health/ready');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'ok',
    details: { database: { status: 'up' }, sweep: { status: 'up' }, runs: { status: 'up' } },
  });
});

test('is not ready when nothing was claimed for long, and says so', async () => {
  service.clock.advance(60_000);
  expect(await ready()).toEqual({ status: 503, down: { sweep: 'due schedules are not being claimed' } });
  await service.scheduler.sweep();
  expect(await ready()).toEqual(GREEN);
});

test('a claim that never ends does not keep later sweeps from claiming', async () => {
  await user.newSchedule();
  service.clock.advance(60_000);
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
  try {
    jest.spyOn(service.unitOfWork, 'transaction').mockReturnValueOnce(new Promise(() => undefined));
    const stuck = service.scheduler.claimDue();
    await jest.advanceTimersByTimeAsync(61_000);
    await expect(stuck).rejects.toThrow('did not answer within 60 s');
  } finally {
    jest.useRealTimers();
  }
  await service.tick();
  expect(service.action.calls).toHaveLength(1);
});

test('is not ready when what the queue has lost is not restored', async () => {
  const queue = service.app.get(RunQueue);
  jest.spyOn(queue, 'restore').mockImplementation(() => {
    throw new Error('lost');
  });
  await pass(20);
  expect(await ready()).toEqual({
    status: 503,
    down: { sweep: 'what the queue has lost is not being restored' },
  });
});

test('is not ready when a run is due that nobody begins, and is again once it does', async () => {
  const { id } = await user.newSchedule(YEARLY);
  const queue = service.app.get(RunQueue);
  const lost = [jest.spyOn(queue, 'add'), jest.spyOn(queue, 'restore')];
  for (const spy of lost) spy.mockImplementation(() => undefined);
  const run = await runNow(id);
  await pass(35);
  // It may have become due a moment ago.
  expect(await ready()).toEqual(GREEN);
  await pass(15);
  const message = `run ${String(run)} is due, places are free, and this process gets no runs to work on`;
  expect(await ready()).toEqual({ status: 503, down: { runs: message } });
  for (const spy of lost) spy.mockRestore();
  await service.tick();
  expect(await ready()).toEqual(GREEN);
});

test('looks at rows once at a time, however many ask while the database is silent', async () => {
  await pass(35);
  let answer: (rows: unknown[]) => void = () => undefined;
  const silent = new Promise<unknown[]>((resolve) => (answer = resolve));
  const query = jest.spyOn(service.app.get(Dialect), 'query').mockReturnValue(silent);
  const progress = service.app.get(RunProgress);
  const checks = Promise.all([progress.check(), progress.check(), progress.check()]);
  expect(query).toHaveBeenCalledTimes(1);
  answer([]);
  await checks;
  await progress.check();
  expect(query).toHaveBeenCalledTimes(2);
});

test('is not ready when outcomes cannot be saved, and is again once they can', async () => {
  const { id } = await user.newSchedule(YEARLY);
  const bulk = jest.spyOn(service.unitOfWork, 'bulk').mockRejectedValue(new Error('no'));
  await runNow(id);
  await until(() => bulk.mock.calls.length > 0);
  await pass(20);
  const { status, down } = await ready();
  expect([status, Object.keys(down), down['runs']]).toEqual([
    503,
    ['runs'],
    expect.stringMatching(/^run results could not be saved for \d+ s$/),
  ]);
  bulk.mockRestore();
  await service.settled();
  expect(await ready()).toEqual(GREEN);
});

test('a write that never ends is told as well', async () => {
  const { id } = await user.newSchedule(YEARLY);
  const bulk = jest.spyOn(service.unitOfWork, 'bulk').mockReturnValueOnce(new Promise(() => undefined));
  await runNow(id);
  await until(() => bulk.mock.calls.length > 0);
  await pass(20);
  expect((await ready()).down['runs']).toMatch(/^run results could not be saved for \d+ s$/);
});

test.each([
  ['every place is taken for an hour', 3, {}, {}],
  ['a lane is full for an hour', 1, {}, { lane: 'slow' }],
  ['runs wait for the one before them for an hour', 1, { overlap_policy: 'queue' }, {}],
] as const)('stays ready while %s, and further runs wait', async (_name, busy, fields, set) => {
  const end = service.action.hang();
  service.action.timeout = 86_400_000;
  const schedules: number[] = [];
  for (let n = 0; n < 3; n++) schedules.push((await user.newSchedule({ ...YEARLY, ...fields })).id);
  for (const [column, value] of Object.entries(set))
    await service.write(`UPDATE schedules SET ${column} = ?`, [value]);
  if ('overlap_policy' in fields) {
    await service.write(`UPDATE schedules SET schedule_interval = '0 * * * *', next_run = ?`, [
      new Date(service.clock.now().getTime() + 1000).toISOString().replace('T', ' ').slice(0, -1),
    ]);
    await service.write('DELETE FROM schedules WHERE id > ?', [schedules[0]]);
  } else for (let n = 0; n < 5; n++) await runNow(schedules[n % 3] ?? 0);
  await pass(3600);
  expect(await service.query(`SELECT id FROM runs WHERE status = 'running'`)).toHaveLength(busy);
  expect((await service.query(`SELECT id FROM runs WHERE status = 'queued'`)).length).toBeGreaterThan(0);
  // What is not explained turns it red only when it is so for a while.
  expect(await ready()).toEqual(GREEN);
  await pass(20);
  expect(await ready()).toEqual(GREEN);
  end();
  await service.tick();
});

test('stays ready while a herd is claimed for longer than sweeps may take', async () => {
  await insertSchedules(service, 5000, service.clock.now());
  const claimer = service.app.get(Claimer);
  const claimSlice = claimer.claimSlice.bind(claimer);
  let slices = 0;
  let looked: unknown;
  jest.spyOn(claimer, 'claimSlice').mockImplementation(async (mayStart) => {
    service.clock.advance(3000);
    const slice = await claimSlice(mayStart);
    if (++slices === 8) looked = await ready();
    return slice;
  });
  await service.scheduler.sweep();
  expect(looked).toEqual(GREEN);
  await service.settled();
});
