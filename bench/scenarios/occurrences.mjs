// What computing the next occurrence of a schedule costs.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { row } from '../statistics.mjs';

export const name = 'occurrences';
export const title = 'The next occurrence of a schedule';

const PATTERNS = ['*/5 * * * *', '0 9 * * 1-5', '30 2 * * *', '0 0 1 * *'];
const BEGIN = Date.UTC(2026, 0, 1);

/** Microseconds a call; each is asked for another instant, so that nothing is remembered. */
function microseconds(calls, work) {
  for (let i = 0; i < 200; i++) work(BEGIN + i * 3_600_000, i);
  const begun = performance.now();
  for (let i = 0; i < calls; i++) work(BEGIN + (i % 8760) * 3_600_000 + i, i);
  return ((performance.now() - begun) * 1000) / calls;
}

async function contenders(timezone) {
  const { nextOccurrence } = await import('../../dist/src/timing/next-occurrence.js');
  const timing = (schedule_interval) => ({
    ...{ schedule_interval, timezone, start_at: null, end_at: null, created_at: new Date(BEGIN), id: 1 },
  });
  const timings = PATTERNS.map(timing);
  const at = new Date(BEGIN + 1);
  const peer = createRequire(join(import.meta.dirname, '../peers/package.json'));
  const { Cron } = peer('croner');
  const { CronExpressionParser } = peer('cron-parser');
  const { CronTime } = peer('cron');
  const crons = PATTERNS.map((pattern) => new Cron(pattern, { timezone, paused: true }));
  return {
    // A million instants further on, so that the answers of the warm-up are no use.
    'this service, computed': (instant, i) => nextOccurrence(timings[i % 4], new Date(instant)),
    'this service, shared by schedules of one expression and zone': (_instant, i) =>
      nextOccurrence(timings[i % 4], at),
    croner: (instant, i) => crons[i % 4].nextRun(new Date(instant)),
    'cron-parser': (instant, i) =>
      CronExpressionParser.parse(PATTERNS[i % 4], { tz: timezone, currentDate: new Date(instant) }).next(),
    cron: (instant, i) =>
      new CronTime(PATTERNS[i % 4], timezone).getNextDateFrom(new Date(instant), timezone),
  };
}

export async function run({ rounds }) {
  const rows = [];
  for (const timezone of ['UTC', 'Europe/Berlin']) {
    const seen = {};
    for (let round = 0; round < rounds; round++) {
      for (const [what, work] of Object.entries(await contenders(timezone))) {
        const calls = what.includes('shared') ? 50_000 : what === 'cron' ? 300 : 3000;
        (seen[what] ??= []).push({ microseconds: microseconds(calls, work) });
      }
    }
    for (const [what, figures] of Object.entries(seen)) rows.push(row(`${what}, ${timezone}`, 1, figures));
  }
  return { rows, bars: [], note: NOTE };
}

const NOTE = `Microseconds for one next occurrence, over four patterns and a year of instants. Computed: croner and the rule for clock changes. Shared: an answer holds for every schedule of the same expression and zone until it is due, so a herd of thousands computes one. Counted in the tests, too.`;
