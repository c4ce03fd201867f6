import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { instantText } from '../../src/database/columns.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { newHttpSchedule, runOnce } from '../support/http-schedules.js';
import { insertSchedules } from '../support/many-schedules.js';
import { Sink } from '../support/sink.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
let sink: Sink;
beforeEach(async () => {
  service = await TestService.start({
    EGRESS_ALLOW: '127.0.0.1',
    RUN_CONCURRENCY_PER_ORIGIN: '1',
    MAX_SCHEDULES_PER_USER: '100000',
  });
  user = await service.api.newUser();
  sink = await Sink.start();
});
afterEach(async () => {
  await sink.stop();
  await service.stop();
});

/** From now on calls hang; resolves when the first one has arrived. */
const hang = (): Promise<void> =>
  new Promise((resolve) => {
    sink.answer = () => {
      resolve();
    };
  });

test('a hanging target holds up neither other origins nor what calls none', async () => {
  const arrived = hang();
  const slow = await newHttpSchedule(user, { url: sink.url });
  for (let n = 0; n < 3; n++) await user.post(`/schedules/${String(slow)}/run`);
  await arrived;
  const other = await Sink.start();
  try {
    await user.post(`/schedules/${String(await newHttpSchedule(user, { url: other.url }))}/run`);
    await user.post(`/schedules/${String((await user.newSchedule()).id)}/run`);
    await service.untilRuns('succeeded', 2);
    expect(sink.received).toHaveLength(1);
  } finally {
    await other.stop();
  }
});

test('one URL of a secret is another lane for another owner', async () => {
  const other = await service.api.newUser();
  const free = await Sink.start();
  try {
    await user.post('/secrets', { name: 'HOOK', value: sink.url });
    await other.post('/secrets', { name: 'HOOK', value: free.url });
    const arrived = hang();
    await user.post(`/schedules/${String(await newHttpSchedule(user, { url: '{{secrets.HOOK}}' }))}/run`);
    await arrived;
    await other.post(`/schedules/${String(await newHttpSchedule(other, { url: '{{secrets.HOOK}}' }))}/run`);
    await service.untilRuns('succeeded', 1);
    expect(free.received).toHaveLength(1);
  } finally {
    await free.stop();
  }
});

test('a run that waits in its lane can be canceled, and never starts', async () => {
  const arrived = hang();
  const id = await newHttpSchedule(user, { url: sink.url });
  await user.post(`/schedules/${String(id)}/run`);
  await arrived;
  await user.post(`/schedules/${String(id)}/run`);
  expect((await user.post('/runs/2/cancel')).body).toMatchObject({ status: 'canceled', attempt: 0 });
  sink.answer = (_request, response) => response.end();
  await user.post('/runs/1/cancel');
  expect(await runOnce(service, user, id)).toMatchObject({ status: 'succeeded' });
  expect(sink.received).toHaveLength(2);
});

test('runs without end that wait for one target do not keep the sweep from offering others', async () => {
  const arrived = hang();
  await insertSchedules(service, 10_500, service.clock.now(), {
    action: `'${JSON.stringify({ type: 'http', url: sink.url })}'`,
    lane: `'${sink.url}'`,
  });
  void service.scheduler.sweep();
  await arrived;
  await service.untilRuns('queued', 10_499);
  const { id } = await user.newSchedule();
  // As a backoff of more than an hour leaves it: the queue does not know it.
  await service.write(
    `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, available_at, created_at)
       SELECT cast(? AS integer), max(available_at), 'manual', 'queued', max(available_at), max(created_at) FROM runs`,
    [id],
  );
  service.clock.advance(5000);
  for (let n = 0; n < 2; n++) await service.scheduler.sweep();
  await service.untilRuns('succeeded', 1);
}, 60_000);

test('an action of which nothing is known fails its runs, and nothing else', async () => {
  const { id } = await user.newSchedule();
  const actions = ['{"type":"mail"}', '{', '{"type":"constructor"}'];
  for (const [n, action] of actions.entries()) {
    await service.write('UPDATE schedules SET action = ?, next_run = ? WHERE id = ?', [
      action,
      instantText(service.clock.now()),
      id,
    ]);
    await service.scheduler.sweep();
    await service.untilRuns('failed', n + 1);
    service.clock.advance(1000);
  }
  const { body } = await user.get('/runs/1');
  expect(body).toMatchObject({ attempt: 1, error: 'there is no action "mail"' });
});

test('a title can be changed whatever became of the rest', async () => {
  const id = await newHttpSchedule(user, { url: sink.url });
  // As if EGRESS_ALLOW had listed more when it was saved.
  await service.write(
    `UPDATE schedules SET action = '{"type":"http","url":"http://10.0.0.1"}' WHERE id = ?`,
    [id],
  );
  const { status, body } = await user.patch<ScheduleDto>(`/schedules/${String(id)}`, { title: 'new' });
  expect([status, body.title]).toEqual([200, 'new']);
});
