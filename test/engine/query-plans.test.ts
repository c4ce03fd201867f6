import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { AuditService } from '../../src/audit/audit.service.js';
import { Pruning } from '../../src/runs/pruning.js';
import type { SignedInClient } from '../support/api-client.js';
import { recordStatements } from '../support/statements.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterAll(() => service.stop());

/** Steps of SQLite's plan for a statement that walk through a whole table, or sort what no index has in order. */
async function slowSteps(dataSource: DataSource, sql: string): Promise<string[]> {
  const parameters = Array.from(sql.matchAll(/\?/g), () => null);
  const plan = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
  return plan
    .map(({ detail }) => detail)
    .filter((detail) => /^SCAN (runs|schedules|users|sessions|audit_log|run|schedule|earlier)\b/.test(detail))
    .filter(
      (detail) =>
        !/USING (COVERING )?INDEX (runs_unfinished|runs_queued|runs_finished|schedules_\w+)/.test(detail),
    );
}

/** What `work` asks of the database, and what of it is slow in long tables. */
async function slowStatements(work: () => Promise<unknown>): Promise<string[]> {
  const { dataSource } = service;
  const written = recordStatements(dataSource.writer);
  const read = recordStatements(dataSource);
  await work();
  const slow: string[] = [];
  for (const [source, statements] of [
    [dataSource.writer, written],
    [dataSource, read],
  ] as const) {
    for (const sql of new Set(
      statements.filter((text) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(text)),
    )) {
      const steps = await slowSteps(source, sql);
      if (steps.length > 0) slow.push(`${steps.join('; ')}: ${sql.replace(/\s+/g, ' ').slice(0, 300)}`);
    }
  }
  return slow;
}

test('a walk through a table is seen', async () => {
  const { dataSource } = service;
  expect(await slowSteps(dataSource, `SELECT * FROM runs WHERE error = ?`)).toEqual(['SCAN runs']);
  expect(await slowSteps(dataSource, `SELECT * FROM runs WHERE id = ?`)).toEqual([]);
});

test('nothing that happens all the time walks through a table', async () => {
  await user.newSchedule({ retry_policy: { max_attempts: 2, min_backoff_seconds: 1 } });
  const slow = await slowStatements(async () => {
    service.action.behaviour = () => ({ ok: false, retryable: true, error: 'no' });
    service.clock.advance(60_000);
    await service.tick();
    service.action.behaviour = () => ({ ok: true });
    service.clock.advance(2000);
    await service.tick();
    await service.scheduler.setAlarms();
    await service.app.get(Pruning).runOnce();
  });
  // Counting in the tests' own way is not the service's.
  expect(slow.filter((sql) => !sql.includes('AS yes'))).toEqual([]);
});

test('nor does what users do one by one', async () => {
  const slow = await slowStatements(async () => {
    const { id } = await user.newSchedule();
    const path = `/schedules/${String(id)}`;
    await user.get(path);
    await user.patch(path, { title: 'x' });
    const { body } = await user.post<{ id: number }>(`${path}/run`);
    await service.settled();
    await user.get(`/runs/${String(body.id)}`);
    await user.get(`${path}/runs?limit=10`);
    await user.post(`/runs/${String(body.id)}/replay`);
    await service.settled();
    await user.get('/auth/me');
    await user.delete(path);
    await service.app.get(AuditService).prune();
  });
  expect(slow.filter((sql) => !sql.includes('AS yes'))).toEqual([]);
});
