// How exactly a schedule fires when there is nothing else to do, beside a bare timer over the same seconds.
import { startPeer } from '../peer.mjs';
import { sleep } from '../service-process.mjs';
import { Service, sqlInstant } from '../service.mjs';
import { quantile, ratio, row } from '../statistics.mjs';

export const name = 'idle';
export const title = 'Accuracy when idle';

const PEERS = ['timer', 'croner', 'node-schedule', 'cron'];
const LABELS = { timer: 'a bare setTimeout' };

async function everySecond(seconds) {
  const service = new Service();
  try {
    await service.prepare();
    const due = await service.startBeforeDue(1, { interval: '* * * * * *' });
    // All of them over the same seconds: they sleep nearly all the time, and what disturbs one disturbs all.
    const peers = PEERS.map((library) => startPeer('timers.mjs', { mode: 'idle', library, seconds }).line);
    // The first seconds are those in which everything is compiled and loaded.
    await sleep(due + 2000 - Date.now());
    const before = service.usage();
    const lines = await Promise.all(peers);
    const { cpuSeconds } = service.usage();
    await service.stop();
    const ours = service.sql((db) =>
      db
        .prepare(
          'SELECT lateness_ms FROM runs WHERE lateness_ms IS NOT NULL AND scheduled_for > ? ORDER BY id',
        )
        .pluck()
        .all(sqlInstant(due + 2000)),
    );
    return {
      'this service': { ...figures(ours), cpuSeconds: cpuSeconds - before.cpuSeconds },
      ...Object.fromEntries(
        lines.map((line, i) => [
          LABELS[PEERS[i]] ?? PEERS[i],
          // Their first second, too.
          line.unavailable ? line : figures(line.lateness.slice(1)),
        ]),
      ),
    };
  } finally {
    await service.remove();
  }
}

const figures = (lateness) => ({
  fired: lateness.length,
  latenessP50Ms: quantile(lateness, 0.5),
  latenessP99Ms: quantile(lateness, 0.99),
  latenessMaxMs: quantile(lateness, 1),
});

export async function run({ quick, rounds }) {
  const seen = [];
  for (let i = 0; i < rounds; i++) {
    seen.push(await everySecond(quick ? 15 : 60));
    process.stderr.write(`  round ${i + 1}: ${JSON.stringify(seen.at(-1))}\n`);
  }
  const rows = Object.keys(seen[0]).map((what) =>
    row(
      what,
      1,
      seen.map((round) => round[what]),
    ),
  );
  const p99 = (what) => rows.find((one) => one.what === what)?.figures?.latenessP99Ms.median;
  const ours = p99('this service');
  const timer = p99(LABELS.timer);
  const bar = {
    what: 'one schedule per second: lateness beyond a bare timer’s, p99',
    ...{ bar: '<= 5', figure: ours - timer, unit: 'ms', met: ours - timer <= 5 },
    ...{ peer: 'croner, in memory', peerFigure: p99('croner') - timer },
    ratio: ratio(ours - timer, p99('croner') - timer),
  };
  return { rows, bars: [bar], note: NOTE };
}

const NOTE = `Milliseconds from the full second to the start of the run; the service has committed the run to disk by then. All of them ran side by side, over the same seconds; the machine was otherwise idle. The CPU seconds are those of the whole time.`;
