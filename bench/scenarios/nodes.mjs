// Several nodes on PostgreSQL and Redis: what one, two and three of them work off, beside BullMQ's own job schedulers.
import { runPeer } from '../peer.mjs';
import { startPostgres } from '../peers/postgres-server.mjs';
import { startRedis } from '../peers/redis-server.mjs';
import { ServiceProcess, sleep } from '../service-process.mjs';
import { alternate, ratio, row } from '../statistics.mjs';

export const name = 'nodes';
export const title = 'Several nodes';

const KEYS = { JWT_SECRET: 'shared-by-all-nodes-'.repeat(2), ENCRYPTION_KEY: 'this-one-as-well-'.repeat(2) };

/** Nodes that have begun learn by their sweep, every five seconds, of schedules that were stored past them. */
const SWEEP_MS = 5000;

/** Runs `work` with so many nodes that have begun, and schedules that are due at an instant some seconds ahead. */
async function withNodes(nodes, count, interval, work) {
  const begun = [];
  try {
    const postgres = await startPostgres();
    begun.push(() => postgres.stop());
    const redis = await startRedis('everysec');
    begun.push(() => redis.stop());
    const { host, port } = redis.connection;
    const settings = { ...KEYS, DATABASE_URL: postgres.url, REDIS_URL: `redis://${host}:${port}` };
    const processes = [];
    for (let i = 0; i < nodes; i++) {
      const node = new ServiceProcess();
      begun.push(() => node.remove());
      await node.start(settings);
      processes.push(node);
    }
    await processes[0].signUp();
    const due = Math.ceil((Date.now() + 6000 + count / 5) / 1000) * 1000;
    await postgres.client.query(
      `INSERT INTO schedules (owner_id, title, schedule_interval, action, overlap_policy, retry_policy, tags, next_run)
       SELECT 1, 'schedule ' || i, $1, '{"type":"log"}', 'skip',
              '{"max_attempts":1,"min_backoff_seconds":5,"max_backoff_seconds":3600}', '[]', $2
         FROM generate_series(1, $3) AS i`,
      [interval, new Date(due), count],
    );
    if (due - Date.now() < SWEEP_MS + 500)
      throw new Error('the machine is too slow to store so many in time');
    await sleep(due - 200 - Date.now());
    const cpuSeconds = () =>
      processes.reduce((sum, node) => sum + node.usage().cpuSeconds, 0) +
      postgres.cpuSeconds() +
      redis.cpuSeconds();
    return await work(postgres.client, due, cpuSeconds);
  } finally {
    for (const end of begun.reverse()) await end();
  }
}

/** Schedules that are due at the same instant, and what came of it, in milliseconds after that instant. */
const herd = (nodes, count) =>
  withNodes(nodes, count, '@daily', async (client, due, cpuSeconds) => {
    const before = cpuSeconds();
    const giveUp = Date.now() + 120_000;
    const done = `SELECT count(*)::int AS done FROM runs WHERE finished_at IS NOT NULL`;
    while ((await client.query(done)).rows[0].done < count && Date.now() < giveUp) await sleep(300);
    const cpu = cpuSeconds() - before;
    const { rows } = await client.query(
      `SELECT count(*)::int AS ran, extract(epoch FROM max(created_at) - $1)::float * 1000 AS claimed,
              extract(epoch FROM max(finished_at) - $1)::float * 1000 AS finished
         FROM runs WHERE status = 'succeeded'`,
      [new Date(due)],
    );
    const shares = await client.query(
      `SELECT count(*)::int AS share FROM runs WHERE status = 'succeeded' GROUP BY node_id ORDER BY share`,
    );
    const [{ ran, claimed, finished }] = rows;
    // A node that executed none is in no row.
    const least = shares.rows.length < nodes ? 0 : shares.rows[0].share;
    return {
      ran,
      lastClaimedMs: Math.round(claimed),
      finishedMs: Math.round(finished),
      runsPerSecond: Math.round((ran * 1000) / finished),
      cpuSeconds: +cpu.toFixed(2),
      leastShare: +(least / ran).toFixed(2),
    };
  });

/** Nodes that have just begun need some seconds to reach their speed: what that costs is a figure of its own. */
const WARM_UP_MS = 5000;

/** Schedules that are due every second. A row of status `missed` is of the first of the occurrences it counts. */
const everySecond = (nodes, count, seconds) =>
  withNodes(nodes, count, '* * * * * *', async (client, due) => {
    const from = due + WARM_UP_MS;
    await sleep(from + seconds * 1000 + 1500 - Date.now());
    const { rows } = await client.query(
      `SELECT count(*) FILTER (WHERE status = 'succeeded' AND scheduled_for >= $1)::int AS runs,
              coalesce(sum(greatest(missed_count, 1)) FILTER (WHERE not_run AND scheduled_for >= $1), 0)::int AS not_run,
              coalesce(sum(greatest(missed_count, 1)) FILTER (WHERE not_run AND scheduled_for < $1), 0)::int AS not_run_before,
              percentile_disc(0.5) WITHIN GROUP (ORDER BY lateness_ms) FILTER (WHERE scheduled_for >= $1)::int AS p50,
              percentile_disc(0.99) WITHIN GROUP (ORDER BY lateness_ms) FILTER (WHERE scheduled_for >= $1)::int AS p99
         FROM (SELECT *, status IN ('skipped', 'missed') AS not_run FROM runs WHERE scheduled_for < $2) AS seen`,
      [new Date(from), new Date(from + seconds * 1000)],
    );
    const [{ runs, not_run, not_run_before, p50, p99 }] = rows;
    return {
      runsPerSecond: Math.round(runs / seconds),
      latenessP50Ms: p50,
      latenessP99Ms: p99,
      missedOrSkipped: not_run,
      missedOrSkippedBefore: not_run_before,
    };
  });

export async function run({ quick, rounds }) {
  const sizes = quick ? [10_000] : [10_000, 30_000];
  const [perSecond, seconds] = quick ? [500, 5] : [1000, 10];
  const named = (kind, measure) =>
    Object.fromEntries([1, 2, 3].map((n) => [`${n} ${kind}`, () => measure(n)]));
  const rows = [];
  for (const count of sizes) {
    const figures = await alternate(rounds, {
      ...named('of our nodes, all due at once', (n) => herd(n, count)),
      'BullMQ, delayed jobs, one worker': () =>
        runPeer('bullmq.mjs', { mode: 'herd', count, fsync: 'always' }),
    });
    for (const [what, each] of Object.entries(figures)) rows.push(row(what, count, each));
  }
  const steady = await alternate(rounds, {
    ...named('of our nodes, every second', (n) => everySecond(n, perSecond, seconds)),
    ...named('BullMQ workers, job schedulers every second', (n) =>
      runPeer('bullmq-schedulers.mjs', { count: perSecond, workers: n, seconds }),
    ),
  });
  for (const [what, each] of Object.entries(steady)) rows.push(row(what, perSecond, each));
  return { rows, bars: bars(rows, perSecond), note: NOTE };
}

function bars(rows, perSecond) {
  const figures = (start) => rows.find(({ what }) => what.startsWith(start))?.figures;
  const ours = figures('3 of our nodes, every second');
  const theirs = figures('3 BullMQ')?.runsPerSecond?.median;
  const figure = ours?.runsPerSecond.median;
  return [
    {
      ...{
        what: `3 nodes, ${perSecond} schedules every second: none missed or skipped`,
        bar: `>= ${perSecond}`,
      },
      ...{ figure, unit: 'runs/s', met: ours?.missedOrSkipped.median === 0 && figure >= perSecond },
      ...{ peer: '3 BullMQ workers, job schedulers', peerFigure: theirs, ratio: ratio(figure, theirs) },
    },
  ];
}

const NOTE = `All nodes, PostgreSQL and Redis share one machine, so more nodes do not mean more computers here: the rows say what sharing costs. \`log\` actions; PostgreSQL flushes every commit; our Redis has \`appendfsync everysec\`, because what it loses PostgreSQL still knows, and BullMQ's \`always\`, because it has nothing else. All due at once: milliseconds after that instant; \`cpu seconds\` are those of all nodes, PostgreSQL and Redis together, for BullMQ of the worker and Redis; \`least share\` is that of the node that executed fewest. Every second: from five seconds after the first occurrence on, and \`before\` is what nodes that had just begun missed or skipped until then; BullMQ's job schedulers have the same cron pattern as our schedules; they keep no history and make no row for what did not run, so what they did not run is only seen in their runs per second.`;
