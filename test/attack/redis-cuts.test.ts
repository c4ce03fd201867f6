import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { accountFor, lateness } from '../support/occurrence-account.js';
import { describePostgresServer, PostgresServer } from '../support/postgres-own-server.js';
import { RedisServer } from '../support/redis-server.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { KEYS } from '../support/test-database.js';
import { until } from '../support/until.js';

/** Seconds for which Redis keeps silent. `npm run test:nightly` does 4, 7, 12, 15 and 60. */
const SILENCES = (process.env['ATTACK_SILENCES'] ?? '12').split(',').map(Number);

/** Seconds in which connections are killed again and again: 5, and 50 with `npm run test:nightly`, 5 at a time. */
const KILLS = Number(process.env['ATTACK_KILLS'] ?? 5);
const KILLS_AT_A_TIME = 5;
const KILL_EVERY_MS = 40;

/** Schedules that are due every second. */
const SCHEDULES = 60;

/** Once Redis answers, runs begin again within two sweeps, or when the locks of what was lost have run out. */
const GOES_ON_MS = 15_000;

const LATE_MS = 2000;

let postgres: PostgresServer;
let redis: RedisServer;
let service: ServiceProcess;
let database: pg.Client;
const folder = scratchFolder();

/** Resolves with the milliseconds until a run begins that Redis was told of after this. */
async function untilRunsBegin(): Promise<number> {
  const from = performance.now();
  const since = new Date();
  const begun = `SELECT count(*)::int AS begun FROM runs WHERE created_at > $1 AND started_at IS NOT NULL`;
  await until(async () => {
    const { rows } = await database.query<{ begun: number }>(begun, [since]);
    return (rows[0]?.begun ?? 0) > 0 || performance.now() - from > 3 * GOES_ON_MS;
  });
  return Math.round(performance.now() - from);
}

/** A second of kills hits whatever is sent and fetched; in the second after it everything begins anew. */
async function killConnections(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const begun = performance.now();
    while (performance.now() - begun < 1000) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
      await sleep(KILL_EVERY_MS);
    }
    await sleep(500);
  }
}

async function silence(seconds: number): Promise<void> {
  redis.pause();
  await sleep(seconds * 1000);
  redis.resume();
}

/** Resolves when nothing is open that was due before this; rejects when that takes too long. */
async function settle(): Promise<void> {
  const now = new Date();
  const open = `SELECT count(*)::int AS open FROM runs WHERE status IN ('queued', 'running') AND scheduled_for < $1`;
  const begun = performance.now();
  await until(async () => {
    const { rows } = await database.query<{ open: number }>(open, [now]);
    if (performance.now() - begun > 30_000) throw new Error(`${String(rows[0]?.open)} runs are still open`);
    return rows[0]?.open === 0;
  });
}

/** How often each run was executed, by the log. */
function executions(): Map<number, number> {
  const times = new Map<number, number>();
  for (const line of service.log) {
    const id = Number(/"run_id":(\d+)/.exec(line)?.[1]);
    if (id > 0) times.set(id, (times.get(id) ?? 0) + 1);
  }
  return times;
}

describePostgresServer('cuts of Redis', () => {
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
    const settings = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, MAX_SCHEDULES_PER_USER: '1000' };
    service = await ServiceProcess.start(folder, { ...KEYS, ...settings });
    database = new pg.Client({ connectionString: postgres.url });
    await database.connect();
    const user = await service.api.newUser();
    for (let n = 0; n < SCHEDULES; n++) await user.newSchedule({ schedule_interval: '* * * * * *' });
  }, 60_000);
  afterAll(async () => {
    await database.end();
    await service.kill();
    await redis.stop();
    await postgres.stop();
    removeFolder(folder);
  });

  test(
    'the node goes on, and no occurrence is lost, doubled or left open',
    async () => {
      const report: { cut: string; goesOnAfterMs: number }[] = [];
      const tell = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
      const strike = async (cut: string, work: () => Promise<void>): Promise<void> => {
        await work();
        const line = { cut, goesOnAfterMs: await untilRunsBegin() };
        report.push(line);
        tell(line);
      };
      await strike('none', () => Promise.resolve());
      for (let left = KILLS; left > 0; left -= KILLS_AT_A_TIME) {
        const times = Math.min(left, KILLS_AT_A_TIME);
        await strike(`${String(times)} s of kills`, () => killConnections(times));
      }
      for (const seconds of SILENCES) await strike(`${String(seconds)} s`, () => silence(seconds));
      await settle();

      const from = new Date();
      await sleep(3000);
      const late = await lateness(database, from, new Date(from.getTime() + 2000));
      const account = await accountFor(database);
      const twice = [...executions().values()].filter((n) => n > 1).length;
      for (const line of [late, account, { twice }]) tell(line);
      expect(report.filter(({ goesOnAfterMs }) => goesOnAfterMs > GOES_ON_MS)).toEqual([]);
      expect(account).toMatchObject({ schedules: SCHEDULES, lost: 0, twice: 0 });
      expect(twice).toBe(0);
      expect(late['runs']).toBeGreaterThanOrEqual(2 * SCHEDULES);
      expect(late['most']).toBeLessThan(LATE_MS);
      expect((await service.api.get('/health/ready')).status).toBe(200);
      expect(await Promise.race([service.exited, Promise.resolve('lives')])).toBe('lives');
    },
    60_000 * (1 + KILLS / 10 + SILENCES.length),
  );
});
