// Several nodes on PostgreSQL and Redis: what one, two and three of them work off, beside BullMQ's own job schedulers.
import { runPeer } from '../peer.mjs';
import { startPostgres } from '../peers/postgres-server.mjs';
import { startRedis } from '../peers/redis-server.mjs';
import { ServiceProcess, sleep } from '../service-process.mjs';
import { alternate, ratio, row } from '../statistics.mjs';

export const name = 'nodes';
export const title = 'Several nodes';

const KEYS = { JWT_SECRET: 'shared-by-all-nodes-'.repeat(2), ENCRYPTION_KEY: 'this-one-as-well-'.repeat(2) };

/** Runs `work` with so many nodes that have begun, and schedules that are due at an instant some seconds ahead. */
async function withNodes(nodes, count, interval, work) {
  const postgres = await startPostgres();
  const redis = await startRedis('everysec');
  const { host, port } = redis.connection;
  const settings = { ...KEYS, DATABASE_URL: postgres.url, REDIS_URL: `redis://${host}:${port}` };
  const processes = Array.from({ length: nodes }, () => new ServiceProcess());
  try {
    for (const node of processes) await node.start(settings);
    await processes[0].signUp();
    const due = Math.ceil((Date.now() + 6000 + count / 5) / 1000) * 1000;
    await postgres.client.query(
      `INSERT INTO schedules (owner_id, title, schedule_interval, action, overlap_policy, retry_policy, tags, next_run)
       SELECT 1, 'schedule ' || i, $1, '{"type":"log"}', 'skip',
              '{"max_attempts":1,"min_backoff_seconds":5,"max_backoff_seconds":3600}', '[]', $2
         FROM generate_series(1, $3) AS i`,
      [interval, new Date(due), count],
    );
    await sleep(due - 200 - Date.now());
    return await work(postgres.client, due, processes);
  } finally {
    for (const node of processes) if (node.child) await node.remove();
    await redis.stop();
    await postgres.stop();
  }
}

const cpuSeconds = (processes) => processes.reduce((sum, node) => sum + node.usage().cpuSeconds, 0);

/** A backlog of runs, from the first claim to the last end. */
const backlog = (nodes, count) =>
  withNodes(nodes, count, '@daily', async (client, _due, processes) => {
    const before = cpuSeconds(processes);
    const giveUp = Date.now() + 120_000;
    const done = `SELECT count(*)::int AS done FROM runs WHERE finished_at IS NOT NULL`;
    while ((await client.query(done)).rows[0].done < count && Date.now() < giveUp) await sleep(300);
    const cpu = cpuSeconds(processes) - before;
    const { rows } = await client.query(
      `SELECT count(*)::int AS runs, extract(epoch FROM max(finished_at) - min(created_at))::float AS seconds,
              (SELECT min(share) FROM (SELECT count(*)::int AS share FROM runs GROUP BY node_id) AS shares) AS least
         FROM runs WHERE status = 'succeeded'`,
    );
    const [{ runs, seconds, least }] = rows;
    return {
      runsPerSecond: Math.round(runs / seconds),
      leastShare: +(least / runs).toFixed(2),
      cpuMicrosPerRun: Math.round((cpu / runs) * 1e6),
    };
  });

/** Schedules that are due every second. */
const everySecond = (nodes, count, seconds) =>
  withNodes(nodes, count, '* * * * * *', async (client, due) => {
    const from = due + 2000;
    await sleep(from + seconds * 1000 + 1500 - Date.now());
    const { rows } = await client.query(
      `SELECT count(*) FILTER (WHERE status = 'succeeded')::int AS runs,
              coalesce(sum(CASE WHEN status IN ('skipped', 'missed') THEN greatest(missed_count, 1) END), 0)::int AS not_run,
              percentile_disc(0.5) WITHIN GROUP (ORDER BY lateness_ms)::int AS p50,
              percentile_disc(0.99) WITHIN GROUP (ORDER BY lateness_ms)::int AS p99
         FROM runs WHERE scheduled_for >= $1 AND scheduled_for < $2`,
      [new Date(from), new Date(from + seconds * 1000)],
    );
    const [{ runs, not_run, p50, p99 }] = rows;
    return {
      runsPerSecond: Math.round(runs / seconds),
      latenessP50Ms: p50,
      latenessP99Ms: p99,
      missedOrSkipped: not_run,
    };
  });

export async function run({ quick, rounds }) {
  const count = quick ? 5000 : 20_000;
  const [perSecond, seconds] = quick ? [500, 5] : [1000, 10];
  const all = [1, 2, 3];
  const named = (kind, measure) => Object.fromEntries(all.map((n) => [`${n} ${kind}`, () => measure(n)]));
  const offBacklog = await alternate(
    rounds,
    named('of our nodes, a backlog', (n) => backlog(n, count)),
  );
  const steady = await alternate(rounds, {
    ...named('of our nodes, every second', (n) => everySecond(n, perSecond, seconds)),
    ...named('BullMQ workers, job schedulers every second', (n) =>
      runPeer('bullmq-schedulers.mjs', { count: perSecond, workers: n, seconds }),
    ),
  });
  const rows = [
    ...Object.entries(offBacklog).map(([what, each]) => row(what, count, each)),
    ...Object.entries(steady).map(([what, each]) => row(what, perSecond, each)),
  ];
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

const NOTE = `All nodes, PostgreSQL and Redis share the machine's two cores, so more nodes do not mean more computers here: the rows say what sharing costs. \`log\` actions; PostgreSQL flushes every commit. A backlog: runs per second from the first claim to the last end; \`least share\` is that of the node that executed fewest, \`cpu\` that of the nodes alone. BullMQ's job schedulers, on a Redis with \`appendfsync always\`: each is due every second; they keep no history and make no row for what did not run.`;
