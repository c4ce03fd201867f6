import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/until.js';

let folder: string;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(() => {
  removeFolder(folder);
});

/** Resolves once so many runs of the schedule are over, and rejects when the service ends before. */
async function untilRuns(service: ServiceProcess, user: SignedInClient, count: number): Promise<void> {
  const fired = until(async () => {
    const { body } = await user.get<RunDto[]>('/runs?status=succeeded');
    return body.length >= count;
  });
  const ended = service.exited.then((code) => {
    throw new Error(`the service ended with ${String(code)}: ${service.log.slice(-3).join('\n')}`);
  });
  await Promise.race([fired, ended]);
}

test('faults that nobody catches end nothing: schedules fire, the log has the stacks, a metric counts them', async () => {
  const service = await ServiceProcess.start(folder, {}, 'test/attack/hooks/faults.mjs');
  const user = await service.api.newUser();
  await user.newSchedule({ schedule_interval: '* * * * * *' });
  await untilRuns(service, user, 3);
  const metrics = await (await user.open('/metrics')).text();
  expect(await service.terminate()).toBe(0);

  const faults = service.log.filter((line) => line.includes('Nobody caught a fault'));
  expect(faults.join('\n')).toMatch(/a fault of a timer.*hooks\/faults\.mjs/);
  // However often it happens, a fault does not fill the disk.
  expect(faults.length).toBeLessThan(12);
  expect(Number(/uncaught_faults_total{origin="callback"} (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(10);
  expect(Number(/uncaught_faults_total{origin="promise"} (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(10);
}, 60_000);

test('a reader of the log that goes away ends nothing', async () => {
  const service = await ServiceProcess.start(folder);
  const user = await service.api.newUser();
  service.stopReading();
  await user.newSchedule({ schedule_interval: '* * * * * *' });
  await untilRuns(service, user, 3);
  expect(await service.terminate()).toBe(0);
}, 60_000);
