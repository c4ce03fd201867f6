// What stored schedules cost at the start: the time until it answers, and memory.
import { runPeer } from '../peer.mjs';
import { sleep } from '../service-process.mjs';
import { Service } from '../service.mjs';
import { alternate, ratio, row } from '../statistics.mjs';

export const name = 'startup';
export const title = 'Starting with stored schedules';

const DAY_SECONDS = 86_400;

/** Fills a database once, for all rounds. */
async function stored(count) {
  const service = new Service();
  await service.prepare(() =>
    service.insert(count, Date.now() + 3_600_000, { spreadSeconds: DAY_SECONDS, interval: '17 4 * * *' }),
  );
  return service;
}

async function start(service) {
  await service.start();
  await sleep(2000);
  const { rssKb, cpuSeconds } = service.usage();
  await service.stop();
  return { startMs: Math.round(service.startMs), rssMb: Math.round(rssKb / 1024), cpuSeconds };
}

export async function run({ quick, rounds }) {
  const sizes = quick ? [0, 100_000] : [0, 10_000, 100_000, 1_000_000];
  const jobs = quick ? 1000 : 10_000;
  const services = new Map();
  const rows = [];
  try {
    for (const count of sizes) services.set(count, await stored(count));
    const ours = await alternate(
      rounds,
      Object.fromEntries([...services].map(([count, service]) => [`${count}`, () => start(service)])),
    );
    for (const count of sizes) rows.push(row('this service', count, ours[count]));
  } finally {
    for (const service of services.values()) await service.remove();
  }
  const inMemory = (library, count) => () => runPeer('timers.mjs', { mode: 'startup', library, count });
  const peers = {};
  for (const library of ['cron', 'croner', 'node-schedule'])
    for (const count of [0, jobs]) peers[`${library} ${count}`] = inMemory(library, count);
  for (const count of [0, jobs])
    peers[`APScheduler ${count}`] = () => runPeer('python-apscheduler.py', { mode: 'startup', count });
  const figures = await alternate(rounds, peers);
  for (const [what, each] of Object.entries(figures)) {
    const [library, count] = what.split(' ');
    rows.push(row(library, Number(count), each));
  }
  return { rows, bars: bars(rows, jobs), note: NOTE };
}

function bars(rows, jobs) {
  const figure = (what, load, key) =>
    rows.find((one) => one.what === what && one.load === load)?.figures?.[key].median;
  const more = (what, load, key) => figure(what, load, key) - figure(what, 0, key);
  const bar = (text, key, most, unit) => {
    const ours = more('this service', 100_000, key);
    const cron = more('cron', jobs, key);
    return {
      ...{
        what: `100,000 stored schedules: ${text}`,
        bar: `<= ${most}`,
        figure: ours,
        unit,
        met: ours <= most,
      },
      ...{ peer: `cron with ${jobs} jobs`, peerFigure: cron, ratio: ratio(ours, cron) },
    };
  };
  return [
    bar('time to start beyond that with none', 'startMs', 500, 'ms'),
    bar('memory beyond that with none', 'rssMb', 60, 'MB'),
  ];
}

const NOTE = `From the start of the process until GET /health/live answers, and memory two seconds later. The schedules are due within a day, from an hour on. The libraries: from before their import until as many jobs are armed; they have no database to read, but a program that uses them would. APScheduler: until its start() returns, with as many jobs in its store.`;
