import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { CallingService } from '../support/calling-service.js';
import { newHttpSchedule, runOnce } from '../support/http-schedules.js';
import type { Sink } from '../support/sink.js';
import { TestService } from '../support/test-service.js';

let calling: CallingService;
let service: TestService;
let user: SignedInClient;
let sink: Sink;
beforeAll(async () => {
  calling = await CallingService.start();
  ({ service, user, sink } = calling);
});
afterAll(() => calling.stop());
beforeEach(() => {
  calling.reset();
});

describe('a schedule', () => {
  const schedule = async (id: number): Promise<ScheduleDto> =>
    (await user.get<ScheduleDto>(`/schedules/${String(id)}`)).body;

  test('whose target answers 410 is disabled, and says so', async () => {
    sink.answer = (_request, response) => response.writeHead(410).end();
    const id = await newHttpSchedule(user, { url: sink.url }, { schedule_interval: '* * * * *' });
    expect(await runOnce(service, user, id)).toMatchObject({ status: 'failed', status_code: 410 });
    expect(await schedule(id)).toMatchObject({
      ...{ enabled: false, next_run: null, disabled_reason: 'its target answered 410 Gone' },
      consecutive_failures: 1,
    });
    await user.patch(`/schedules/${String(id)}`, { enabled: true });
    expect(await schedule(id)).toMatchObject({
      enabled: true,
      disabled_reason: null,
      consecutive_failures: 0,
    });
    await user.delete(`/schedules/${String(id)}`);
  });

  test('that calls another URL by now is not disabled for what the old one answered', async () => {
    let answer = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      sink.answer = (_request, response) => {
        answer = () => response.writeHead(410).end();
        resolve();
      };
    });
    const id = await newHttpSchedule(user, { url: `${sink.url}/old` });
    await user.post(`/schedules/${String(id)}/run`);
    await arrived;
    await user.patch(`/schedules/${String(id)}`, { action: { type: 'http', url: `${sink.url}/new` } });
    answer();
    await service.settled();
    expect(await schedule(id)).toMatchObject({ enabled: true, consecutive_failures: 1 });
  });

  test('that expects 410 stays', async () => {
    sink.answer = (_request, response) => response.writeHead(410).end();
    const id = await newHttpSchedule(user, { url: sink.url, expected_statuses: [410] });
    expect(await runOnce(service, user, id)).toMatchObject({ status: 'succeeded', status_code: 410 });
    expect(await schedule(id)).toMatchObject({ enabled: true });
  });

  test('counts its failures in a row, and is not disabled for them by default', async () => {
    const id = await newHttpSchedule(user, { url: sink.url });
    sink.answer = (_request, response) => response.writeHead(404).end();
    for (let n = 0; n < 3; n++) await runOnce(service, user, id);
    expect(await schedule(id)).toMatchObject({ enabled: true, consecutive_failures: 3 });
    sink.answer = (_request, response) => response.end();
    await runOnce(service, user, id);
    expect(await schedule(id)).toMatchObject({ consecutive_failures: 0 });
  });
});

test('a success counts also when another run failed meanwhile', async () => {
  let answer = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    sink.answer = (_request, response) => {
      answer = () => response.end();
      resolve();
    };
  });
  const id = await newHttpSchedule(user, { url: sink.url }, { overlap_policy: 'allow' });
  await user.post(`/schedules/${String(id)}/run`);
  await arrived;
  sink.answer = (_request, response) => response.writeHead(404).end();
  const { body } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
  await service.untilRun(body.id, 'failed');
  answer();
  await service.settled();
  expect((await user.get(`/schedules/${String(id)}`)).body).toMatchObject({ consecutive_failures: 0 });
});

test('after MAX_CONSECUTIVE_FAILURES a schedule is disabled, and what it still owed is settled', async () => {
  const strict = await TestService.start({ EGRESS_ALLOW: '127.0.0.1', MAX_CONSECUTIVE_FAILURES: '3' });
  try {
    const owner = await strict.api.newUser();
    const id = await newHttpSchedule(owner, { url: sink.url });
    const path = `/schedules/${String(id)}`;
    sink.answer = (_request, response) => response.writeHead(500).end();
    for (let n = 0; n < 2; n++) await runOnce(strict, owner, id);
    expect((await owner.get(path)).body).toMatchObject({ enabled: true, consecutive_failures: 2 });
    await runOnce(strict, owner, id);
    expect((await owner.get(path)).body).toMatchObject({
      ...{ enabled: false, next_run: null, consecutive_failures: 3 },
      disabled_reason: '3 runs failed in a row (MAX_CONSECUTIVE_FAILURES)',
    });
  } finally {
    await strict.stop();
  }
});
