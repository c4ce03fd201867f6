import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { SignedInClient } from '../support/api-client.js';
import { Cluster } from '../support/cluster.js';
import { accountFor, lateness } from '../support/occurrence-account.js';
import { describePostgresServer } from '../support/postgres-own-server.js';
import { Sink } from '../support/sink.js';

/** Schedules that are due every second. `npm run test:nightly` has 1,000 for a minute, and all the faults. */
const SCHEDULES = Number(process.env['NODES_SCHEDULES'] ?? 60);
const SECONDS = Number(process.env['NODES_SECONDS'] ?? 5);
const CHOSEN = (process.env['NODES_FAULTS'] ?? 'kill -9 a node,SIGSTOP a node,FLUSHALL').split(',');

/** After each fault the figures go on for so long at the most. */
const AFTERWARDS_SECONDS = 10;

/** Calls that take so long, so that a node always has some under way when it is struck. */
const SLOW_CALL_MS = 2500;
const SLOW_SCHEDULES = 12;

/** A lease is over after 15 seconds: a node that is silent for longer is taken for dead. */
const BEYOND_LEASE_MS = 20_000;

/** When a node has died, the others have settled what it did, and go on. */
const HANDED_ON_MS = 20_000;

let cluster: Cluster;
let sink: Sink;
let database: pg.Client;
let user: SignedInClient;

const connected = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: cluster.postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/** What is done to the nodes, and how long it is left so; afterwards everything is there again. */
const FAULTS: Readonly<Record<string, () => Promise<void>>> = {
  'kill -9 a node': async () => {
    const node = cluster.node(0);
    await node.kill();
    const at = new Date();
    await sleep(HANDED_ON_MS);
    await expectHandedOn(at);
    await node.startAgain();
  },
  'SIGSTOP a node': async () => {
    cluster.node(1).signal('SIGSTOP');
    await sleep(BEYOND_LEASE_MS);
    cluster.node(1).signal('SIGCONT');
  },
  'restart Redis': () => cluster.redis.restart(),
  FLUSHALL: async () => {
    await cluster.redis.command('FLUSHALL');
  },
  'restart PostgreSQL': async () => {
    await cluster.postgres.halt();
    await sleep(2000);
    await cluster.postgres.resume();
    database = await connected();
  },
  'cut a node off from PostgreSQL': async () => {
    cluster.node(2).toPostgres.interrupt();
    await sleep(BEYOND_LEASE_MS);
    cluster.node(2).toPostgres.mend();
  },
  'cut a node off from Redis': async () => {
    cluster.node(2).toRedis.interrupt();
    await sleep(BEYOND_LEASE_MS);
    cluster.node(2).toRedis.mend();
  },
  'restart the nodes one after the other': async () => {
    for (const node of cluster.nodes) {
      expect(await node.terminate()).toBe(0);
      await node.startAgain();
    }
  },
};

/** Runs that were under way on a node when it died run elsewhere by now. */
async function expectHandedOn(diedAt: Date): Promise<void> {
  const { rows } = await database.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM runs
      WHERE status = 'running' AND started_at < $1 AND node_id NOT IN (SELECT id FROM nodes)`,
    [diedAt],
  );
  expect(rows[0]?.open).toBe(0);
}

async function makeSchedules(): Promise<void> {
  const options = ['at_least_once', 'at_most_once'];
  for (let n = 0; n < SCHEDULES; n++)
    await user.newSchedule({ schedule_interval: '* * * * * *', delivery: options[n % 2] });
  for (let n = 0; n < SLOW_SCHEDULES; n++)
    await user.newSchedule({
      ...{
        schedule_interval: `${String(n % 3)}-59/3 * * * * *`,
        overlap_policy: 'allow',
        delivery: options[n % 2],
      },
      action: { type: 'http', url: `${sink.url}/${options[n % 2] ?? ''}` },
      retry_policy: { max_attempts: 1 },
    });
}

/** Stops everything from coming due, and waits until nothing is under way. */
async function settle(): Promise<void> {
  await database.query(
    `UPDATE schedules SET enabled = false, next_run = NULL WHERE schedule_interval <> '* * * * * *'`,
  );
  const until = performance.now() + 40_000;
  const open = `SELECT count(*)::int AS open FROM runs WHERE status IN ('queued', 'running') AND scheduled_for < $1`;
  const now = new Date();
  for (;;) {
    const { rows } = await database.query<{ open: number }>(open, [now]);
    if (rows[0]?.open === 0) break;
    if (performance.now() > until) throw new Error(`${String(rows[0]?.open)} runs are still open`);
    await sleep(200);
  }
}

/** How often the sink was called for one run, at the most. */
function mostCalls(path: string): number {
  const calls = new Map<string, number>();
  for (const call of sink.received.filter((one) => one.path === path)) {
    const id = call.headers['webhook-id'] ?? '';
    calls.set(id, (calls.get(id) ?? 0) + 1);
  }
  return Math.max(...calls.values());
}

describePostgresServer('three nodes', () => {
  beforeAll(async () => {
    sink = await Sink.start();
    sink.answer = (_request, response) => setTimeout(() => response.end('ok'), SLOW_CALL_MS);
    cluster = await Cluster.start({
      EGRESS_ALLOW: '127.0.0.1',
      RUN_CONCURRENCY_PER_ORIGIN: '100',
      MAX_SCHEDULES_PER_USER: '100000',
    });
    database = await connected();
    user = await cluster.node(0).api.newUser();
    await makeSchedules();
  }, 120_000);
  afterAll(async () => {
    await sink.stop();
    if (!(cluster as Cluster | undefined)) return;
    await database.end().catch(() => undefined);
    await cluster.stop();
  });

  test(
    'whatever happens to one of them or to their servers: none lost, none twice, none open',
    async () => {
      const report: unknown[] = [];
      const phase = async (name: string, work: () => Promise<unknown>): Promise<void> => {
        const from = new Date();
        await work();
        // What was late because of it is in its figures, too.
        await sleep(Math.min(SECONDS, AFTERWARDS_SECONDS) * 1000);
        report.push({ phase: name, ...(await lateness(database, from, new Date())) });
      };
      await phase('nothing', () => sleep(SECONDS * 1000));
      for (const [name, strike] of Object.entries(FAULTS))
        if (CHOSEN.includes(name) || CHOSEN.includes('all')) await phase(name, strike);
      await settle();

      const account = await accountFor(database);
      const { rows: byNode } = await database.query<{ node_id: number; runs: number }>(
        'SELECT node_id, count(*)::int AS runs FROM runs WHERE node_id IS NOT NULL GROUP BY node_id ORDER BY node_id',
      );
      const times = cluster.executions();
      const { rows: atMostOnce } = await database.query<{ id: number }>(
        `SELECT runs.id FROM runs JOIN schedules ON schedules.id = schedule_id WHERE delivery = 'at_most_once'`,
      );
      const twiceAtMostOnce = atMostOnce.filter(({ id }) => (times.get(id) ?? 0) > 1).length;
      const twice = [...times.values()].filter((n) => n > 1).length;
      process.stdout.write(
        [
          ...report.map((line) => JSON.stringify(line)),
          JSON.stringify(account),
          `runs by node: ${byNode.map(({ node_id, runs }) => `${String(node_id)}: ${String(runs)}`).join(', ')}`,
          `executed more than once: ${String(twice)} by their log, of these ${String(twiceAtMostOnce)} at_most_once; calls of ` +
            `one run: at_least_once ${String(mostCalls('/at_least_once'))}, at_most_once ${String(mostCalls('/at_most_once'))}`,
          '',
        ].join('\n'),
      );
      expect(account).toMatchObject({ schedules: SCHEDULES, lost: 0, twice: 0 });
      expect(twiceAtMostOnce).toBe(0);
      expect(mostCalls('/at_most_once')).toBe(1);
      expect(byNode.length).toBeGreaterThanOrEqual(3);
    },
    20 * 60_000,
  );
});
