// Schedules that fire every second, more and more of them, and how fast a backlog is worked off.
import { runPeer } from '../peer.mjs';
import { sleep } from '../service-process.mjs';
import { Service, sqlInstant } from '../service.mjs';
import { alternate, ratio, row } from '../statistics.mjs';

export const name = 'sustained';
export const title = 'Runs per second';

const EVERY_SECOND = { interval: '* * * * * *', overlap: 'skip' };

/** What became of the occurrences of `seconds` seconds, two seconds after the first. */
async function everySecond(count, seconds) {
  const service = new Service();
  try {
    await service.prepare();
    const due = await service.startBeforeDue(count, EVERY_SECOND);
    const from = due + 2000;
    const to = from + seconds * 1000;
    await sleep(from - Date.now());
    const before = service.usage();
    await sleep(to - Date.now());
    const after = service.usage();
    // Time for what was due within the window, and late.
    await sleep(1500);
    await service.kill();
    return service.sql((db) => {
      const window = [sqlInstant(from), sqlInstant(to)];
      const one = (sql, ...values) =>
        db
          .prepare(sql)
          .pluck()
          .get(...values);
      const ended = one(
        `SELECT count(*) FROM runs WHERE status = 'succeeded' AND finished_at >= ? AND finished_at < ?`,
        ...window,
      );
      const lateness = db
        .prepare(
          `SELECT lateness_ms FROM runs WHERE scheduled_for >= ? AND scheduled_for < ? AND lateness_ms IS NOT NULL
           ORDER BY lateness_ms`,
        )
        .pluck()
        .all(...window);
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
      return {
        runsPerSecond: Math.round(ended / seconds),
        latenessP50Ms: lateness[lateness.length >> 1] ?? null,
        latenessP99Ms: lateness[Math.floor(lateness.length * 0.99)] ?? null,
        missedOrSkipped: one(
          `SELECT coalesce(sum(iif(status = 'skipped', 1, missed_count)), 0) FROM runs
            WHERE status IN ('skipped', 'missed') AND scheduled_for >= ? AND scheduled_for < ?`,
          ...window,
        ),
        cpuMicrosPerRun: ended > 0 ? Math.round((cpuSeconds / ended) * 1e6) : null,
        cpuPercent: Math.round((cpuSeconds / seconds) * 100),
        rssMb: Math.round(after.rssKb / 1024),
      };
    });
  } finally {
    await service.remove();
  }
}

/** Runs per second while nothing but due runs is there, from the first claim to the last end. */
async function capacity(count) {
  const service = new Service();
  try {
    await service.prepare();
    const due = await service.startBeforeDue(count);
    await sleep(due - 200 - Date.now());
    const before = service.usage();
    await service.settled(count, 180_000);
    const after = service.usage();
    const { runs, seconds } = service.sql((db) =>
      db
        .prepare(
          `SELECT count(*) AS runs, (julianday(max(finished_at)) - julianday(min(created_at))) * 86400 AS seconds
             FROM runs WHERE status = 'succeeded'`,
        )
        .get(),
    );
    return {
      runsPerSecond: Math.round(runs / seconds),
      cpuMicrosPerRun: Math.round(((after.cpuSeconds - before.cpuSeconds) / runs) * 1e6),
      rssMb: Math.round(after.rssKb / 1024),
    };
  } finally {
    await service.remove();
  }
}

const OURS = 'this service, all due at once';
const RAW = 'better-sqlite3 alone';

const peers = (count, most) => ({
  [RAW]: () => runPeer('sqlite-throughput.mjs', { library: 'better-sqlite3', count }),
  'BullMQ, Redis appendfsync everysec': () =>
    runPeer('bullmq.mjs', { mode: 'throughput', count: most, fsync: 'everysec' }),
  'BullMQ, Redis appendfsync always': () =>
    runPeer('bullmq.mjs', { mode: 'throughput', count: most, fsync: 'always' }),
  plainjob: () => runPeer('sqlite-throughput.mjs', { library: 'plainjob', count: most / 5 }),
  liteque: () => runPeer('sqlite-throughput.mjs', { library: 'liteque', count: most / 5 }),
});

export async function run({ quick, rounds }) {
  const seconds = quick ? 4 : 10;
  const rows = [];
  const sizes = quick ? [1000, 5000, 15_000] : [1000, 2000, 5000, 10_000, 15_000, 20_000, 30_000];
  let tooMuch = 0;
  for (const count of sizes) {
    // Far behind the knee there is nothing to learn.
    if (tooMuch >= 2) break;
    const { ours } = await alternate(rounds, { ours: () => everySecond(count, seconds) });
    rows.push(row('this service', count, ours));
    if (!keptUp(rows.at(-1))) tooMuch++;
  }
  const count = quick ? 50_000 : 100_000;
  const most = quick ? 5000 : 25_000;
  const contenders = { [OURS]: () => capacity(count), ...peers(count, most) };
  const figures = await alternate(rounds, contenders);
  for (const [what, each] of Object.entries(figures)) rows.push(row(what, null, each));
  const knee = Math.max(0, ...rows.filter((one) => one.load && keptUp(one)).map(({ load }) => load));
  return { rows, knee, bars: bars(rows, knee), note: NOTE };
}

const keptUp = ({ load, figures }) =>
  figures.missedOrSkipped.median === 0 &&
  figures.latenessP99Ms?.median < 1000 &&
  figures.runsPerSecond.median > 0.98 * load;

function bars(rows, knee) {
  const rate = (what) => rows.find((one) => one.what === what)?.figures?.runsPerSecond?.median;
  const always = 'BullMQ, Redis appendfsync always';
  const bar = (what, figure, peer) => ({
    ...{ what, bar: '>= 15,000', figure, unit: 'runs/s', met: figure >= 15_000, peer },
    ...{ peerFigure: rate(peer), ratio: ratio(figure, rate(peer)) },
  });
  return [
    bar('a backlog worked off', rate(OURS), RAW),
    bar('a backlog worked off', rate(OURS), always),
    bar('sustained: nothing missed or skipped, p99 lateness under 1 s', knee, always),
  ];
}

const NOTE = `\`load\` schedules of the interval \`* * * * * *\` with the overlap policy \`skip\`, \`log\` actions, for seconds on end; and, without a load, runs per second from the first claim to the last end of a backlog. Everything is on one disk with \`synchronous=FULL\`. better-sqlite3 alone: one insert and two updates per run, 500 rows in a transaction, no index: the limit of the disk and of SQLite. The queues: as many jobs added in batches and worked off, with no schedules behind them; plainjob and liteque with \`synchronous=FULL\`. BullMQ's CPU time includes Redis's.`;
