// Many schedules due in the same second: when the last one is claimed, when all are done, and how the API answers.
import { sleep } from '../service-process.mjs';
import { Service } from '../service.mjs';
import { runPeer } from '../peer.mjs';
import { alternate, ratio, row } from '../statistics.mjs';
import { startSteadyGet } from '../steady-load.mjs';

export const name = 'herd';
export const title = 'Many schedules due in the same second';

async function ours(count) {
  const service = new Service();
  try {
    await service.prepare();
    const due = await service.startBeforeDue(count);
    const load = await startSteadyGet(service, { fromMs: due, atLeast: 2 });
    await sleep(due - 200 - Date.now());
    const before = service.usage();
    await service.settled(count, 180_000);
    const after = service.usage();
    const api = await load.stop();
    const seen = service.sql((db) =>
      db
        .prepare(
          `SELECT sum(status = 'succeeded') AS ran, (julianday(max(created_at)) - julianday(?)) * 86400000 AS claimed,
                  (julianday(max(finished_at)) - julianday(?)) * 86400000 AS finished FROM runs`,
        )
        .get(new Date(due).toISOString(), new Date(due).toISOString()),
    );
    return {
      ran: seen.ran,
      lastClaimedMs: Math.round(seen.claimed),
      finishedMs: Math.round(seen.finished),
      cpuSeconds: +(after.cpuSeconds - before.cpuSeconds).toFixed(2),
      rssMb: Math.round(after.rssKb / 1024),
      apiP50Ms: api.p50,
      apiP99Ms: api.p99,
      apiMaxMs: api.max,
      apiFailed: api.failed,
    };
  } finally {
    await service.remove();
  }
}

const peers = (count) => ({
  'cron, a CronJob each (nothing stored)': () =>
    runPeer('timers.mjs', { mode: 'herd', library: 'cron', count }),
  'BullMQ, Redis appendfsync everysec': () =>
    runPeer('bullmq.mjs', { mode: 'herd', count, fsync: 'everysec' }),
  'BullMQ, Redis appendfsync always': () => runPeer('bullmq.mjs', { mode: 'herd', count, fsync: 'always' }),
});

export async function run({ quick, rounds, sizes = quick ? [1000] : [1000, 10_000, 100_000] }) {
  const compared = sizes.includes(10_000) ? 10_000 : sizes[0];
  const rows = [];
  for (const count of sizes) {
    const isCompared = count === compared;
    const figures = await alternate(rounds, {
      'this service': () => ours(count),
      ...(isCompared && { ...peers(count), 'this service again (A/A)': () => ours(count) }),
    });
    for (const [what, each] of Object.entries(figures)) rows.push(row(what, count, each));
  }
  // It needs a minute and more: once is enough.
  const python = await runPeer('python-apscheduler.py', {
    mode: 'herd',
    count: compared,
    seconds: quick ? 20 : 60,
  });
  rows.push(row('APScheduler 3, SQLAlchemy job store on SQLite', compared, [python]));
  return { rows, bars: bars(rows, compared), note: NOTE };
}

function bars(rows, count) {
  const figure = (what, key) =>
    rows.find((one) => one.what.startsWith(what) && one.load === count)?.figures?.[key]?.median;
  const bar = (what, key, most, peer) => ({
    what: `${count} due at once: ${what}`,
    ...{ bar: `<= ${most}`, figure: figure('this service', key), unit: 'ms' },
    met: figure('this service', key) <= most,
    ...(peer && { peer, peerFigure: figure(peer, 'finishedMs') }),
    ...(peer && { ratio: ratio(figure('this service', key), figure(peer, 'finishedMs')) }),
  });
  return [
    bar('last one claimed', 'lastClaimedMs', 500),
    bar('all finished', 'finishedMs', 1500, 'BullMQ, Redis appendfsync always'),
    bar('GET /schedules/{id} meanwhile, p99', 'apiP99Ms', 100),
  ];
}

const NOTE = `Milliseconds after the schedules were due, with a signed-in GET /schedules/{id} asked 100 times a second meanwhile by another process (\`api\`, counted from when each request was due to be sent). A round of this service is durable: every run is committed to disk before it starts, and when it ends. cron keeps everything in memory. BullMQ: delayed jobs, one worker with concurrency 256; its CPU seconds include Redis's. APScheduler: with its default misfire_grace_time of one second, and how many ran within the time it was given; one round.`;
