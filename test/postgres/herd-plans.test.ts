import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { insertSchedules } from '../support/many-schedules.js';
import { type RecordedQuery, recordQueries } from '../support/statements.js';
import { TestService } from '../support/test-service.js';

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/** Indexes that are nearly empty, except in a herd. */
const PARTIAL = ['runs_queued', 'runs_unfinished'];

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  await service.api.newUser();
});
afterAll(() => service.stop());

/** Nodes of a plan that walk through a table, or through an index that is long in a herd. */
function walks(node: PlanNode): string[] {
  const below = (node.Plans ?? []).flatMap(walks);
  const table = node['Node Type'] === 'Seq Scan' ? node['Relation Name'] : undefined;
  const index = node['Index Name'] ?? '';
  const whole = PARTIAL.includes(index) && !/schedule_id/.test(node['Index Cond'] ?? '');
  return [...below, ...(table ? [`all of ${table}`] : []), ...(whole ? [`all of ${index}`] : [])];
}

async function walksOf({ sql, parameters }: RecordedQuery): Promise<string[]> {
  const { writer } = service.dataSource;
  const [row] = await writer.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(`EXPLAIN (FORMAT JSON) ${sql}`, [
    ...parameters,
  ]);
  return row ? walks(row['QUERY PLAN'][0].Plan) : [];
}

test('starts and ends of runs look up their rows, however many wait, though the statistics know of none', async () => {
  const { writer } = service.dataSource;
  for (const table of ['runs', 'schedules'])
    await writer.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  await insertSchedules(service, 5000, service.clock.now());
  const queries = recordQueries(writer);
  await service.tick();
  await writer.query('ANALYZE runs');
  await writer.query(
    `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status)
     SELECT 1 + i % 5000, '2031-01-01', 'manual', 'queued' FROM generate_series(1, 50000) AS i`,
  );

  const steps = {
    start: /SET status = 'running'/,
    end: /SET status = ended.status/,
    next: /SELECT min\(id\) FROM runs/,
    failing: /WHERE consecutive_failures > 0/,
  };
  const found: string[] = [];
  for (const [step, pattern] of Object.entries(steps)) {
    const query = queries.find(({ sql }) => pattern.test(sql));
    if (!query) throw new Error(`no ${step} was written`);
    found.push(...(await walksOf(query)).map((walk) => `${step}: ${walk}`));
  }
  expect(found).toEqual([]);
});
