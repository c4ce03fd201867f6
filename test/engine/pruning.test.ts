import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Pruning } from '../../src/runs/pruning.js';
import type { SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { recordStatements } from '../support/statements.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start({ RUN_RETENTION_DAYS: '7' });
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterEach(() => service.stop());

const count = async (table: string): Promise<number> =>
  (await service.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n ?? -1;
const days = (n: number): number => n * 86_400_000;

test('removes runs whose retention is over, in slices, and no others', async () => {
  await insertSchedules(service, 1200, service.clock.now(), { schedule_interval: '0 12 * * *' });
  await service.tick();
  service.clock.advance(days(1));
  await service.tick();
  expect(await count('runs')).toBe(2400);

  service.clock.advance(days(6));
  expect(await service.app.get(Pruning).runOnce()).toBe(0);
  service.clock.advance(1000);
  const statements = recordStatements(service.dataSource.writer);
  expect(await service.app.get(Pruning).runOnce()).toBe(1200);
  expect(statements.filter((sql) => sql.startsWith('DELETE FROM runs'))).toHaveLength(3);
  expect(await count('runs')).toBe(1200);
});

test('keeps what is not over, however old', async () => {
  await user.newSchedule();
  const end = service.action.hang();
  service.clock.advance(60_000);
  await service.scheduler.sweep();
  await service.untilRuns('running', 1);
  service.clock.advance(days(30));
  expect(await service.app.get(Pruning).runOnce()).toBe(0);
  end();
  await service.settled();
});

test('removes a deleted schedule with the last of its runs', async () => {
  const { id } = await user.newSchedule();
  await user.newSchedule({ enabled: false });
  service.clock.advance(60_000);
  await service.tick();
  await user.delete(`/schedules/${String(id)}`);
  service.clock.advance(days(6));
  await service.app.get(Pruning).runOnce();
  expect(await count('schedules')).toBe(2);
  service.clock.advance(days(2));
  await service.app.get(Pruning).runOnce();
  expect(await count('schedules')).toBe(1);
  expect(await count('runs')).toBe(0);
});

test('the id of a pruned run is never used again', async () => {
  await user.newSchedule({ schedule_interval: '0 12 * * *' });
  service.clock.advance(days(1));
  await service.tick();
  service.clock.advance(days(8));
  await service.app.get(Pruning).runOnce();
  expect(await count('runs')).toBe(0);
  await service.tick();
  const [row] = await service.query<{ id: number }>('SELECT min(id) AS id FROM runs');
  expect(row?.id).toBe(2);
});
