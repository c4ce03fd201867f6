import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ListedRunDto, RunDto } from '../../src/runs/dto/run.dto.js';
import type { ListedScheduleDto, ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import { nextPage, type SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { TestService } from '../support/test-service.js';

const MIB = 1024 * 1024;

/** From before actions had a limit: as long as a request could be. */
const OLD_BODY = 'x'.repeat(250 * 1024);

let service: TestService;
let admin: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  admin = await service.api.newUser();
});
afterAll(() => service.stop());

interface Row {
  readonly id: number;
}

/** All pages of a list, as its Link headers lead through them, and the bytes of each. */
async function pagesOf(path: string): Promise<{ rows: ListedScheduleDto[]; bytes: number }[]> {
  const pages: { rows: ListedScheduleDto[]; bytes: number }[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, body, headers } = await admin.get<ListedScheduleDto[]>(next);
    expect(status).toBe(200);
    pages.push({ rows: body, bytes: Buffer.byteLength(JSON.stringify(body)) });
    totals.push(Number(headers.get('x-total-count')));
    next = nextPage(headers);
  }
  return pages;
}
let totals: number[] = [];

const idsOf = (pages: readonly { rows: readonly Row[] }[]): number[] =>
  pages.flatMap(({ rows }) => rows.map(({ id }) => id));

describe('pages of schedules', () => {
  const COUNT = 40;
  beforeAll(async () => {
    const action = `'{"type":"http","url":"http://127.0.0.1:9/","body":"${OLD_BODY}"}'`;
    await insertSchedules(service, COUNT, new Date('2031-01-01T00:00:00Z'), { action });
  });
  afterAll(() => service.write('DELETE FROM schedules'));

  test.each(['', '&sort=-id', '&sort=title', '&sort=-next_run', '&sort=last_run'])(
    'are made of 4 MiB at most, and lead through all rows (?limit=1000%s)',
    async (sort) => {
      totals = [];
      const pages = await pagesOf(`/schedules?limit=1000${sort}`);
      // 16 of them have less than 4 MiB together, 17 have more.
      expect(pages.map(({ rows }) => rows.length)).toEqual([16, 16, 8]);
      expect(new Set(idsOf(pages)).size).toBe(COUNT);
      expect(totals).toEqual([COUNT, COUNT, COUNT]);
    },
  );

  test('say which bodies they leave out; the schedule itself has them', async () => {
    const [listed] = (await admin.get<ListedScheduleDto[]>('/schedules?limit=1')).body;
    expect(listed).toMatchObject({ body_left_out: true });
    expect(listed?.action).toEqual({ type: 'http', url: 'http://127.0.0.1:9/' });
    const { body } = await admin.get<ScheduleDto>(`/schedules/${String(listed?.id)}`);
    expect(body.action).toMatchObject({ body: OLD_BODY });
    expect(body).not.toHaveProperty('body_left_out');
  });

  test('leave short bodies where they are', async () => {
    const action = { type: 'http', url: 'https://example.com/', body: { text: 'x'.repeat(900) } };
    const { id } = await admin.newSchedule({ action });
    const [listed] = (await admin.get<ListedScheduleDto[]>('/schedules?sort=-id&limit=1')).body;
    expect(listed).toEqual((await admin.get<ScheduleDto>(`/schedules/${String(id)}`)).body);
    await admin.delete(`/schedules/${String(id)}`);
  });

  test('a row that is larger than a page is a page', async () => {
    const [{ id } = { id: 0 }] = await service.query<Row>(
      'SELECT max(id) AS id FROM schedules WHERE deleted_at IS NULL',
    );
    await service.write(`UPDATE schedules SET description = ? WHERE id = ?`, ['y'.repeat(5 * MIB), id]);
    const pages = await pagesOf('/schedules?limit=1000&sort=-id');
    expect(pages.map(({ rows }) => rows.length)).toEqual([1, 16, 16, 7]);
    expect(pages[0]?.rows[0]?.description).toHaveLength(5 * MIB);
    await service.write(`UPDATE schedules SET description = NULL WHERE id = ?`, [id]);
  });
});

test('long descriptions end a page, too', async () => {
  await insertSchedules(service, 600, new Date('2031-01-01T00:00:00Z'));
  await service.write('UPDATE schedules SET description = ?', ['€'.repeat(10_000)]);
  const pages = await pagesOf('/schedules');
  for (const { bytes } of pages) expect(bytes).toBeLessThan(4 * MIB + 200_000);
  expect(new Set(idsOf(pages)).size).toBe(600);
  await service.write('DELETE FROM schedules');
});

test('a page of a thousand short rows is whole', async () => {
  await insertSchedules(service, 1001, new Date('2031-01-01T00:00:00Z'));
  const pages = await pagesOf('/schedules');
  expect(pages.map(({ rows }) => rows.length)).toEqual([1000, 1]);
  await service.write('DELETE FROM schedules');
});

test('lists of runs leave out what was answered; the run itself has it', async () => {
  const { id } = await admin.newSchedule();
  const { body: run } = await admin.post<RunDto>(`/schedules/${String(id)}/run`);
  await service.settled();
  const attempts = Array.from({ length: 99 }, (_, n) => ({
    ...{ attempt: n + 1, started_at: '2030-01-01T12:00:00.000Z', duration_ms: 1, status_code: 500 },
    ...{ error: 'answered 500', output: 'o'.repeat(4000) },
  }));
  await service.write('UPDATE runs SET output = ?, attempts = ? WHERE id = ?', [
    'p'.repeat(65_536),
    JSON.stringify(attempts),
    run.id,
  ]);
  for (const path of ['/runs', `/schedules/${String(id)}/runs`]) {
    const [listed] = (await admin.get<ListedRunDto[]>(path)).body;
    expect(listed?.id).toBe(run.id);
    expect(Object.keys(listed ?? {})).not.toContain('output');
    expect(Object.keys(listed ?? {})).not.toContain('attempts');
  }
  const { body: whole } = await admin.get<RunDto>(`/runs/${String(run.id)}`);
  expect(whole).toMatchObject({ output: 'p'.repeat(65_536), attempts });
});
