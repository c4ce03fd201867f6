import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterEach(async () => {
  Logger.overrideLogger(false);
  await service.stop();
});

/** Sets up every connection that writes. */
async function pragma(text: string): Promise<void> {
  for (const kind of ['transaction', 'bulk'] as const)
    await service.unitOfWork[kind]((manager) => manager.query(`PRAGMA ${text}`));
}

/** From now on the database takes no page more; most of what is in it is used up. */
async function fillDisk(): Promise<void> {
  const [row] = await service.dataSource.writer.query<{ page_count: number }[]>('PRAGMA page_count');
  await pragma(`max_page_count = ${String(row?.page_count)}`);
  for (let status = 200; status === 200;) {
    ({ status } = await user.post('/schedules', {
      ...{ title: 'filler', description: 'x'.repeat(5000), schedule_interval: '0 0 1 1 *' },
    }));
  }
}

const makeReadOnly = async (): Promise<void> => {
  await pragma('query_only = ON');
};

test.each([
  ['full disk', fillDisk, 'max_page_count = 1000000'],
  ['read-only database', makeReadOnly, 'query_only = OFF'],
] as const)(
  'a %s answers 503, turns health red, and loses nothing once it is mended',
  async (_name, breakIt, mend) => {
    const schedule = await user.newSchedule();
    await breakIt();

    const refused = await user.post('/schedules', {
      ...{ title: 'one more', description: 'x'.repeat(5000), schedule_interval: '* * * * *' },
    });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.body.detail).toBe('The database cannot store this now; nothing was changed. Try again.');
    expect((await service.api.get('/health/ready')).status).toBe(503);

    // Reads go on, and what is due stays due.
    expect((await user.get(`/schedules/${String(schedule.id)}`)).status).toBe(200);
    service.clock.advance(60_000);
    if (mend.startsWith('query_only')) {
      await service.scheduler.sweep();
      expect((await user.get<RunDto[]>('/runs')).body).toEqual([]);
    }

    await pragma(mend);
    await service.tick();
    expect((await user.get<RunDto[]>(`/schedules/${String(schedule.id)}/runs`)).body).toMatchObject([
      { status: 'succeeded', scheduled_for: '2030-01-01T12:01:00.000Z' },
    ]);
    expect((await user.newSchedule()).id).toBeGreaterThan(schedule.id);
  },
);

test('outcomes that cannot be written are reported once, are written later, and no action is repeated for them', async () => {
  const errors: string[] = [];
  Logger.overrideLogger({
    log: () => undefined,
    warn: () => undefined,
    error: (text: string) => errors.push(text),
  });
  for (let n = 0; n < 5; n++) await user.newSchedule();
  const end = service.action.hang();
  service.clock.advance(60_000);
  await service.scheduler.sweep();
  await service.untilRuns('running', 5);
  await makeReadOnly();
  end();
  // Their first try has to fail before the database is mended.
  await until(() => errors.length > 0);
  expect((await user.get<RunDto>('/runs/1')).body.status).toBe('running');
  await pragma('query_only = OFF');
  await service.settled();
  expect((await user.get<RunDto[]>('/runs')).body).toMatchObject(
    Array.from({ length: 5 }, () => ({ status: 'succeeded', attempt: 1 })),
  );
  expect(service.action.calls).toHaveLength(5);
  expect(errors).toEqual([expect.stringMatching(/^what became of runs cannot be written, .*readonly/)]);
});
