import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SignedInClient } from '../support/api-client.js';
import { recordStatements } from '../support/statements.js';
import { TestService } from '../support/test-service.js';

// Lists of a history of millions: SQLite's plan for every combination of filters names the index that is walked.

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let statements: string[];
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  admin = await service.api.newUser();
  member = await service.api.newUser();
  for (const user of [admin, member]) await user.newSchedule();
  statements = recordStatements(service.dataSource);
});
afterAll(() => service.stop());

/** How SQLite does what a request asks of a table: `<index>` for a walk in order, and what it has to sort. */
async function plans(user: SignedInClient, path: string, table: string): Promise<string[]> {
  statements.length = 0;
  expect((await user.get(path)).status).toBe(200);
  const asked = [...new Set(statements)].filter((sql) => sql.includes(`FROM "${table}"`));
  expect(asked).not.toEqual([]);
  const steps: string[] = [];
  for (const sql of asked) {
    const parameters = Array.from(sql.matchAll(/\?/g), () => null);
    const plan = await service.dataSource.query<{ detail: string }[]>(
      `EXPLAIN QUERY PLAN ${sql}`,
      parameters,
    );
    for (const { detail } of plan) {
      const index = /USING (?:COVERING )?INDEX (\w+)/.exec(detail)?.[1];
      const primary = detail.includes('USING INTEGER PRIMARY KEY') ? 'id' : undefined;
      // Runs of the same instant are a few.
      if (detail.includes('LAST TERM OF ORDER BY')) continue;
      if (detail.includes('TEMP B-TREE')) steps.push('sorted');
      else if (detail.startsWith('SEARCH') || index !== undefined) steps.push(index ?? primary ?? detail);
      else if (/^SCAN (?!found|json_each|slice)/.test(detail)) steps.push(detail);
    }
  }
  return [...new Set(steps)];
}

const CURSOR = 'cursor=1893499200000.5';
const WINDOW = 'from=2030-01-01T00:00:00Z&to=2030-01-01T06:00:00Z';

test.each([
  ['', 'runs_by_time', 'runs_of_owner'],
  [CURSOR, 'runs_by_time', 'runs_of_owner'],
  [WINDOW, 'runs_by_time', 'runs_of_owner'],
  [`${WINDOW}&${CURSOR}`, 'runs_by_time', 'runs_of_owner'],
  ['status=failed', 'runs_notable', 'runs_notable_of_owner'],
  [`status=missed&${CURSOR}`, 'runs_notable', 'runs_notable_of_owner'],
  [`status=canceled&${WINDOW}`, 'runs_notable', 'runs_notable_of_owner'],
  ['schedule_id=2', 'runs_of_schedule', 'runs_of_schedule'],
  [`schedule_id=2&${WINDOW}&${CURSOR}`, 'runs_of_schedule', 'runs_of_schedule'],
  ['schedule_id=2&status=failed', 'runs_notable_of_schedule', 'runs_notable_of_schedule'],
])('GET /runs?%s walks %s for an admin, %s for a member', async (query, forAdmin, forMember) => {
  expect(await plans(admin, `/runs?limit=50&${query}`, 'runs')).toEqual([forAdmin]);
  expect(await plans(member, `/runs?limit=50&${query}`, 'runs')).toEqual([forMember]);
});

test('what is under way is few: it is found by its own index, and sorted', async () => {
  for (const user of [admin, member])
    expect(await plans(user, '/runs?status=running', 'runs')).toEqual(['id', 'runs_unfinished', 'sorted']);
});

test('successes are everywhere: walking back in time finds them', async () => {
  expect(await plans(member, '/runs?status=succeeded', 'runs')).toEqual(['runs_of_owner']);
  expect(await plans(admin, '/runs?status=succeeded', 'runs')).toContain('runs_by_time');
});

test.each([
  ['', 'id'],
  ['actor_id=1', 'audit_log_actor'],
  ['action=run.cancel', 'audit_log_action'],
  ['target_id=1', 'audit_log_target'],
  ['target_type=user', 'audit_log_target_type'],
])('GET /audit-log?%s walks %s', async (query, index) => {
  const walked = await plans(admin, `/audit-log?cursor=1000&limit=50&${query}`, 'audit_log');
  expect(walked).toContain(index);
  expect(walked).not.toContain('sorted');
});

test('an overview walks back in time, and finds failures by their own index', async () => {
  await service.unitOfWork.transaction((manager) =>
    manager.query('UPDATE schedules SET consecutive_failures = 1'),
  );
  const ofFailures = 'runs_notable_of_schedule';
  expect(await plans(admin, '/overview', 'runs')).toEqual(['runs_by_time', ofFailures]);
  expect(await plans(member, '/overview', 'runs')).toEqual(['runs_of_owner', ofFailures]);
  expect(await plans(admin, '/overview?hours=2', 'schedules')).toEqual(['id', 'schedules_failing']);
  expect(await plans(member, '/overview?hours=2', 'schedules')).toEqual(['schedules_of_owner', 'sorted']);
});

test('what is to come is found by its time, for a member among its own schedules', async () => {
  expect(await plans(admin, '/upcoming', 'schedules')).toEqual(['schedules_due']);
  expect(await plans(member, '/upcoming', 'schedules')).toEqual(['schedules_of_owner', 'sorted']);
});

test('recent runs of schedules are found by schedule', async () => {
  expect(await plans(admin, '/schedules/recent-runs?ids=1,2', 'runs')).toEqual(['runs_of_schedule']);
});

test('a member sees its schedules without looking at those of others', async () => {
  // Once they are measured, the rows of a page are read by their ids.
  const walked = async (query: string): Promise<string[]> =>
    (await plans(member, `/schedules?limit=50&${query}`, 'schedules')).filter((step) => step !== 'id');
  for (const query of ['', 'enabled=true', 'tag=x', 'cursor=5', 'sort=-id&cursor=5'])
    expect(await walked(query)).toEqual(['schedules_of_owner']);
  for (const sort of ['title', '-next_run', 'created_at'])
    expect((await walked(`sort=${sort}`)).sort()).toEqual(['schedules_of_owner', 'sorted']);
});
