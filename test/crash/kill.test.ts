import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';

const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 20);

let folder: string;
let service: ServiceProcess;
beforeEach(async () => {
  folder = scratchFolder();
  service = await ServiceProcess.start(folder);
});
afterEach(() => {
  removeFolder(folder);
});

async function everyRun(user: SignedInClient): Promise<RunDto[]> {
  const runs: RunDto[] = [];
  let path: string | undefined = '/runs';
  while (path !== undefined) {
    const { body, headers }: { body: RunDto[]; headers: Headers } = await user.get<RunDto[]>(path);
    runs.push(...body);
    path = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  }
  return runs;
}

test(
  `after ${String(ROUNDS)} rounds of kill -9, every occurrence has its row, none two, and none is open`,
  async () => {
    let user = await service.api.newUser();
    const { id } = await user.newSchedule({ title: 'every second', schedule_interval: '* * * * * *' });
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(300 + Math.random() * 900);
      await service.kill();
      service = await ServiceProcess.start(folder);
    }
    await sleep(2000);
    user = await service.api.signIn(user.user.email, user.password);
    await user.patch(`/schedules/${String(id)}`, { enabled: false });
    await sleep(500);
    const runs = await everyRun(user);
    expect(await service.terminate()).toBe(0);

    const seconds = runs.flatMap(({ scheduled_for, missed_count }) =>
      Array.from(
        { length: Math.max(missed_count, 1) },
        (_, n) => new Date(scheduled_for).getTime() / 1000 + n,
      ),
    );
    seconds.sort((a, b) => a - b);
    const expected = Array.from({ length: seconds.length }, (_, n) => (seconds[0] ?? 0) + n);
    expect(seconds).toEqual(expected);
    expect(runs.filter(({ status }) => status === 'queued' || status === 'running')).toEqual([]);
    expect(runs.filter(({ status }) => status === 'succeeded').length).toBeGreaterThan(ROUNDS / 2);
  },
  120_000 + ROUNDS * 5000,
);

test('a per-second schedule runs on time', async () => {
  const user = await service.api.newUser();
  await user.newSchedule({ schedule_interval: '* * * * * *' });
  await sleep(6500);
  const runs = await everyRun(user);
  await service.terminate();
  const lateness = runs.map(({ lateness_ms }) => lateness_ms ?? Infinity).sort((a, b) => a - b);
  expect(runs.length).toBeGreaterThanOrEqual(5);
  // A generous bound, for a busy machine: a scheduler that polled each second would miss it.
  expect(lateness[Math.floor(lateness.length / 2)]).toBeLessThan(100);
});

test('SIGTERM stops it in order, with nothing left open', async () => {
  const user = await service.api.newUser();
  await user.newSchedule({ schedule_interval: '* * * * * *' });
  await sleep(1500);
  expect(await service.terminate()).toBe(0);
  service = await ServiceProcess.start(folder);
  expect(service.log.some((line) => line.includes('left unfinished'))).toBe(false);
  await service.terminate();
});
