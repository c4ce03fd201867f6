import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';

/** How long the schedules fire; `npm run test:nightly` lets them for 300 s. */
const SECONDS = Number(process.env['ATTACK_SECONDS'] ?? 5);

/** Alarms ring every 2 ms, all the time. */
const SCHEDULES = 500;
const APART_MS = 2;

const UNSTEADY_CLOCK = 'test/attack/hooks/unsteady-clock.mjs';

/** Time to store them all before the first is due. */
const LEAD_MS = 15_000;
const AT_A_TIME = 20;

/** What an occurrence of somebody else may be late. */
const LONGEST_LATENESS_MS = 1000;

let folder: string;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(() => {
  removeFolder(folder);
});

/** Seconds that the rows of each schedule account for, against those that came between its first row and `next_run`. */
const RECONCILED = `
  WITH covered AS (
    SELECT schedule_id, julianday(scheduled_for) * 86400 AS at, max(missed_count, 1) AS seconds,
           lead(julianday(scheduled_for) * 86400) OVER (PARTITION BY schedule_id ORDER BY scheduled_for) AS following
      FROM runs WHERE of_occurrence = 1
  )
  SELECT schedules.id, count(at) AS rows, julianday(start_at) * 86400 AS first, min(at) AS earliest,
         round(julianday(next_run) * 86400 - min(at)) AS due, sum(seconds) AS accounted,
         count(*) FILTER (WHERE abs(at + seconds - coalesce(following, julianday(next_run) * 86400)) > 0.01) AS holes
    FROM schedules LEFT JOIN covered ON schedule_id = schedules.id
   WHERE schedule_interval = '@every 1s' GROUP BY schedules.id`;

interface Reconciled {
  readonly id: number;
  readonly rows: number;
  readonly first: number;
  readonly earliest: number | null;
  readonly due: number;
  readonly accounted: number;
  readonly holes: number;
}

test(
  `${String(SCHEDULES)} schedules of one member that are due ${String(APART_MS)} ms after each other: the process lives, ` +
    'another member is served in time, and every occurrence has its row',
  async () => {
    const service = await ServiceProcess.start(folder, {}, UNSTEADY_CLOCK);
    const other = await service.api.newUser();
    const member = await service.api.newUser();
    const { id } = await other.newSchedule({ schedule_interval: '* * * * * *' });
    const begin = Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000;
    for (let from = 0; from < SCHEDULES; from += AT_A_TIME) {
      const some = Array.from({ length: AT_A_TIME }, (_, n) => begin + (from + n) * APART_MS);
      await Promise.all(
        some.map((at) =>
          member.newSchedule({ schedule_interval: '@every 1s', start_at: new Date(at).toISOString() }),
        ),
      );
    }
    const stored = Date.now();
    const ended = await Promise.race([
      service.exited.then((code) => ({ code, afterMs: Date.now() - begin })),
      sleep(begin + SECONDS * 1000 - Date.now(), 'it lives' as const, { ref: false }),
    ]);
    expect({ ended, last: service.log.slice(-3) }).toMatchObject({ ended: 'it lives' });
    expect(await service.terminate()).toBe(0);

    const database = new Database(`${folder}/scheduler.db`, { readonly: true });
    const schedules = database.prepare<[], Reconciled>(RECONCILED).all();
    const lateness = database
      .prepare<[number, string], number | null>(
        'SELECT lateness_ms FROM runs WHERE schedule_id = ? AND scheduled_for >= ? ORDER BY lateness_ms',
      )
      .pluck()
      .all(id, new Date(begin).toISOString().replace('T', ' ').replace('Z', ''));
    const statuses = database
      .prepare<[], [string, number]>('SELECT status, count(*) FROM runs GROUP BY status')
      .raw()
      .all();
    database.close();

    const worst = lateness.at(-1);
    process.stdout.write(
      `${String(SCHEDULES)} staggered schedules, stored ${String(begin - stored)} ms before, for ${String(SECONDS)} s: rows ` +
        `${JSON.stringify(Object.fromEntries(statuses))}; another member's: ${String(lateness.length)} runs, lateness ` +
        `median ${String(lateness[Math.floor(lateness.length / 2)])} ms, most ${String(worst)} ms\n`,
    );
    expect(stored).toBeLessThan(begin);
    expect(schedules).toHaveLength(SCHEDULES);
    const wrong = schedules.filter(
      ({ rows, first, earliest, due, accounted, holes }) =>
        rows < SECONDS - 1 || Math.abs(first - (earliest ?? 0)) > 0.01 || due !== accounted || holes > 0,
    );
    expect(wrong).toEqual([]);
    expect(lateness.length).toBeGreaterThanOrEqual(SECONDS - 1);
    expect(worst).toBeLessThan(LONGEST_LATENESS_MS);
  },
  120_000 + SECONDS * 2000,
);
