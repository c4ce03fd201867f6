import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Problem } from '../../src/http/problems.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { newHttpSchedule, runOnce } from '../support/http-schedules.js';
import { type Received, Sink } from '../support/sink.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
let sink: Sink;
beforeAll(async () => {
  service = await TestService.start({ EGRESS_ALLOW: '127.0.0.1' });
  user = await service.api.newUser();
  sink = await Sink.start();
  await user.post('/secrets', { name: 'TOKEN', value: 'a "quoted" \\ token' });
  await user.post('/secrets', { name: 'PATH_PART', value: 'hooks/1?x=2' });
});
afterAll(async () => {
  await sink.stop();
  await service.stop();
});
beforeEach(() => {
  sink.received.length = 0;
});

const TITLE = 'Büro "A" & {{run.id}}\n';

async function send(
  action: object,
  title = TITLE,
): Promise<{ run: RunDto; schedule: number; request: Received }> {
  const schedule = await newHttpSchedule(user, { url: sink.url, ...action }, { title });
  const run = await runOnce(service, user, schedule);
  expect(run.error).toBeNull();
  return { run, schedule, request: sink.received.at(-1) as Received };
}

describe('what templates become', () => {
  test('in a JSON body: texts that need no escaping by the user', async () => {
    const { run, schedule, request } = await send({
      body: {
        run: '{{run.id}}',
        list: ['{{ run.scheduled_for }}', '{{run.trigger}}/{{run.attempt}}'],
        deep: { schedule: '{{schedule.id}}: {{schedule.title}}', token: '{{secrets.TOKEN}}' },
        literal: '\\{{run.id}} and }} and { {',
        '{{schedule.id}}': 1,
      },
    });
    expect(JSON.parse(request.body)).toEqual({
      run: String(run.id),
      list: [run.scheduled_for, 'manual/1'],
      deep: { schedule: `${String(schedule)}: ${TITLE.trim()}`, token: 'a "quoted" \\ token' },
      literal: '{{run.id}} and }} and { {',
      [String(schedule)]: 1,
    });
  });

  test('in a text that is declared to be JSON: escaped', async () => {
    const { request } = await send({
      headers: { 'Content-Type': 'application/vnd.api+json; charset=utf-8' },
      body: '{"title": "{{schedule.title}}", "token": "{{secrets.TOKEN}}"}',
    });
    expect(JSON.parse(request.body)).toEqual({ title: TITLE.trim(), token: 'a "quoted" \\ token' });
  });

  test('in a form: percent-encoded', async () => {
    const { request } = await send({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'title={{schedule.title}}&token={{secrets.TOKEN}}',
    });
    expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({
      title: TITLE.trim(),
      token: 'a "quoted" \\ token',
    });
  });

  test('in a plain text: as they are', async () => {
    expect((await send({ body: 'Title: {{schedule.title}}' })).request.body).toBe(`Title: ${TITLE.trim()}`);
  });

  test('in a URL: percent-encoded, but a secret may be a part of one', async () => {
    const { request } = await send({ url: `${sink.url}/{{secrets.PATH_PART}}&title={{schedule.title}}` });
    expect(request.path).toBe(`/hooks/1?x=2&title=${encodeURIComponent(TITLE.trim())}`);
  });

  test('in a header', async () => {
    const { run, request } = await send({
      headers: { 'X-Run': 'run {{run.id}}', 'X-Token': '{{secrets.TOKEN}}' },
    });
    expect(request.headers).toMatchObject({
      'x-run': `run ${String(run.id)}`,
      'x-token': 'a "quoted" \\ token',
    });
  });
});

describe('a schedule is not saved', () => {
  const NAMES =
    '{{run.id}}, {{run.scheduled_for}}, {{run.trigger}}, {{run.attempt}}, {{schedule.id}}, {{schedule.title}}, ' +
    '{{secrets.PATH_PART}}, {{secrets.TOKEN}}';
  test.each([
    ['url', { url: 'https://example.com/{{run.nr}}{{secrets.TOKEN}}' }],
    ['headers.Accept', { headers: { Accept: '{{secrets.NONE}} {{secrets.TOKEN}}' } }],
    ['body', { body: { a: [{ b: '{{constructor}}' }], t: '{{secrets.TOKEN}}' } }],
    ['body', { body: '{{ run . id }} {{secrets.TOKEN}}' }],
    ['body', { body: '{{}} {{secrets.TOKEN}}' }],
  ])('when %s names what there is not', async (field, action) => {
    const { status, body } = await user.post('/schedules/', {
      ...{
        title: 'x',
        schedule_interval: '@daily',
        action: { type: 'http', url: 'https://example.com', ...action },
      },
    });
    expect(status).toBe(422);
    expect(body.errors?.[0]?.field).toBe(`action.${field}`);
    expect(body.errors?.[0]?.message).toContain(NAMES);
  });

  test('when it uses more than 50 secrets', async () => {
    const names = Array.from({ length: 51 }, (_, index) => `{{secrets.S${String(index)}}}`);
    const { status, body } = await user.post('/schedules/', {
      ...{ title: 'x', schedule_interval: '@daily' },
      action: { type: 'http', url: 'https://example.com', body: names.join('') },
    });
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ field: 'action.body', message: 'at most 50 secrets in one action' }]);
  });

  test('with a secret of somebody else', async () => {
    const other = await service.api.newUser();
    const { status, body } = await other.post('/schedules/', {
      ...{ title: 'x', schedule_interval: '@daily' },
      action: { type: 'http', url: 'https://example.com/{{secrets.TOKEN}}' },
    });
    expect(status).toBe(422);
    expect(body.errors?.[0]?.message).not.toContain('TOKEN');
  });

  test.each([
    ['url', { url: 'https://example.com/a/{{schedule.title}}/b' }, '..'],
    ['body', { body: { '{{run.attempt}}': 'a', '1': 'b' } }, 'x'],
  ])('when its templates would spoil its %s', async (field, action, title) => {
    const { status, body } = await user.post('/schedules/', {
      ...{
        title,
        schedule_interval: '@daily',
        action: { type: 'http', url: 'https://example.com', ...action },
      },
    });
    expect([status, body.errors?.[0]?.field]).toEqual([422, `action.${field}`]);
  });

  test.each([
    ['a key that would vanish', { body: { a: { constructor: 'Ferrari' } } }],
    ['half a character', { body: { a: ['\ud800'] } }],
    ['half a character', { body: '\udc00' }],
    ['half a character', { url: 'https://example.com/\ud800' }],
  ])('with %s', async (_what, action) => {
    const { status } = await user.post('/schedules/', {
      ...{
        title: 'x',
        schedule_interval: '@daily',
        action: { type: 'http', url: 'https://example.com', ...action },
      },
    });
    expect(status).toBe(422);
  });

  test('with numbers that are none', async () => {
    const { status, body } = await user.raw<Problem>(
      'POST',
      '/schedules/',
      '{"title":"x","schedule_interval":"@daily","action":{"type":"http","url":"https://example.com","body":{"n":1e400}}}',
    );
    expect(status).toBe(422);
    expect(body.errors?.[0]?.message).toBe('numbers that are finite');
  });

  test('with faults without end, and says so at once', async () => {
    const begun = performance.now();
    for (const body of [
      Array(40_000).fill('{{'),
      `{{${' '.repeat(200_000)}x`,
      '{{ '.repeat(60_000),
      '{'.repeat(200_000),
    ]) {
      const { status, body: answer } = await user.post('/schedules/', {
        ...{ title: 'x', schedule_interval: '@daily' },
        action: { type: 'http', url: 'https://example.com', body },
      });
      expect(status).toBe(422);
      expect(answer.errors?.length).toBeLessThanOrEqual(10);
    }
    expect(performance.now() - begun).toBeLessThan(4000);
  });

  test('with a title that its headers cannot carry, also when only the title changes', async () => {
    const action = { type: 'http', url: 'https://example.com', headers: { 'X-Title': '{{schedule.title}}' } };
    const { id } = await user.newSchedule({ title: 'plain', action });
    const { status, body } = await user.patch(`/schedules/${String(id)}`, { title: 'Büro' });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      {
        field: 'action.headers.X-Title',
        message: 'other values: header X-Title would get characters that no header can carry',
      },
    ]);
    expect((await user.get<ScheduleDto>(`/schedules/${String(id)}`)).body.title).toBe('plain');
  });
});

test('an admin who edits a member’s schedule uses the member’s secrets', async () => {
  const member = await service.api.newUser();
  const { id } = await member.newSchedule();
  await member.post('/secrets', { name: 'MINE', value: 'of the member' });
  const action = (name: string): object => ({ type: 'http', url: `${sink.url}/{{secrets.${name}}}` });
  expect((await user.patch(`/schedules/${String(id)}`, { action: action('TOKEN') })).status).toBe(422);
  expect((await user.patch(`/schedules/${String(id)}`, { action: action('MINE') })).status).toBe(200);
});

test('a secret whose owner is gone fails the run, and says so', async () => {
  const member = await service.api.newUser();
  await member.post('/secrets', { name: 'GONE', value: 'with its owner' });
  const id = await newHttpSchedule(member, { url: `${sink.url}/{{secrets.GONE}}` });
  await user.delete(`/user/${String(member.user.id)}`);
  expect(await runOnce(service, user, id)).toMatchObject({
    ...{ status: 'failed', attempt: 1, error: 'there is no secrets.GONE to put into {{…}}' },
  });
});
