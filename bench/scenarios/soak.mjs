// Minutes of steady load: does memory stay flat, is anything missed? Only by name: `npm run bench -- soak`.
import { sleep } from '../service-process.mjs';
import { Service } from '../service.mjs';
import { median, quantile, row } from '../statistics.mjs';
import { startSteadyGet } from '../steady-load.mjs';

export const name = 'soak';
export const title = 'Soak: half the knee, for minutes';

export async function run({ rate, minutes, results }) {
  const count = Number(rate ?? Math.round((results.scenarios.sustained?.knee ?? 10_000) / 2));
  const length = Number(minutes ?? 10) * 60_000;
  const service = new Service();
  try {
    await service.prepare();
    const due = await service.startBeforeDue(count, { interval: '* * * * * *' });
    const load = await startSteadyGet(service, { fromMs: due, atLeast: 2 });
    const samples = [];
    const before = service.usage();
    while (Date.now() < due + length) {
      await sleep(10_000);
      samples.push({ minute: (Date.now() - due) / 60_000, rssMb: service.usage().rssKb / 1024 });
    }
    const { cpuSeconds } = service.usage();
    const api = await load.stop();
    await service.stop();
    const seen = service.sql((db) => ({
      rows: db.prepare('SELECT sum(max(missed_count, 1)) FROM runs').pluck().get(),
      seconds: db.prepare('SELECT count(DISTINCT scheduled_for) FROM runs').pluck().get(),
      notRun: db
        .prepare(
          `SELECT coalesce(sum(max(missed_count, 1)), 0) FROM runs WHERE status IN ('missed', 'skipped', 'failed')`,
        )
        .pluck()
        .get(),
      lateness: db
        .prepare('SELECT lateness_ms FROM runs WHERE id % 97 = 0 AND lateness_ms IS NOT NULL')
        .pluck()
        .all(),
    }));
    const half = samples.slice(samples.length >> 1).map(({ rssMb }) => rssMb);
    const quarter = half.length >> 1;
    const growth = median(half.slice(quarter)) - median(half.slice(0, quarter));
    const figures = {
      minutes: length / 60_000,
      runs: seen.rows,
      lostOccurrences: seen.seconds * count - seen.rows,
      notRun: seen.notRun,
      latenessP50Ms: quantile(seen.lateness, 0.5),
      latenessP99Ms: quantile(seen.lateness, 0.99),
      apiP99Ms: api.p99,
      cpuPercent: (100 * (cpuSeconds - before.cpuSeconds)) / (length / 1000),
      rssMb: median(half),
      rssMaxMb: Math.max(...half),
      growthMb: growth,
    };
    return { rows: [row('this service', count, [figures])], samples, bars: bars(count, figures), note: NOTE };
  } finally {
    await service.remove();
  }
}

const bars = (count, { minutes, notRun, lostOccurrences, growthMb }) => [
  {
    what: `soak, ${count} runs a second for ${minutes} minutes: occurrences without a run`,
    ...{ bar: '0', figure: notRun + lostOccurrences, unit: '', met: notRun + lostOccurrences === 0 },
  },
  {
    what: 'soak: memory of the last quarter beyond that of the third',
    ...{ bar: '<= 10', figure: Math.round(growthMb), unit: 'MB', met: growthMb <= 10 },
  },
];

const NOTE = `As many schedules as runs a second, each due every second. Lost: instants at which any schedule ran, times schedules, without the rows there are. Not run: rows that say missed, skipped or failed. Memory is that of the second half.`;
