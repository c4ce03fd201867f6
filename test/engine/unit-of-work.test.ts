import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Repository } from 'typeorm';
import { Schedule } from '../../src/schedules/schedule.entity.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
});
beforeEach(async () => {
  user = await service.api.newUser();
});
afterAll(() => service.stop());

/** A transaction that stays open until told to roll back. */
function openTransaction(kind: 'transaction' | 'bulk'): {
  opened: Promise<void>;
  rollBack: () => void;
  over: Promise<void>;
} {
  let rollBack = (): void => undefined;
  const told = new Promise<void>((resolve) => (rollBack = resolve));
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const over = service.unitOfWork[kind](async (manager) => {
    await manager.query(`UPDATE schedules SET title = 'never to be seen'`);
    open();
    await told;
    throw new Error('rolled back');
  }).catch(() => undefined);
  return { opened, rollBack, over };
}

test.each(['transaction', 'bulk'] as const)(
  'writes of other requests stay while one %s is open and later rolls back',
  async (kind) => {
    const before = await user.newSchedule({ title: 'before' });
    const { opened, rollBack, over } = openTransaction(kind);
    await opened;

    const writes = ['one', 'two', 'three'].map((title) => user.newSchedule({ title }));
    const change = user.patch<ScheduleDto>(`/schedules/${String(before.id)}`, { description: 'changed' });
    // Readers are not held up, and see nothing of what is not committed.
    const seen = await user.get<ScheduleDto[]>('/schedules');
    expect(seen.body.map(({ title }) => title)).toEqual(['before']);

    rollBack();
    await over;
    await Promise.all(writes);
    expect((await change).body).toMatchObject({ title: 'before', description: 'changed' });
    const { body } = await user.get<ScheduleDto[]>('/schedules');
    expect(body.map(({ title }) => title).sort()).toEqual(['before', 'one', 'three', 'two']);
  },
);

test('transactions run first in, first out, each on what the ones before committed', async () => {
  const order: number[] = [];
  await Promise.all(
    [1, 2, 3, 4].map((n) =>
      service.unitOfWork[n % 2 ? 'transaction' : 'bulk'](async (manager) => {
        order.push(n);
        await manager.query('SELECT 1');
        order.push(n);
      }),
    ),
  );
  expect(order).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
});

test('a write past the unit of work is refused by the database', async () => {
  const repository: Repository<Schedule> = service.dataSource.getRepository(Schedule);
  await expect(repository.update({ id: 1 }, { title: 'by the back door' })).rejects.toThrow(
    'readonly database',
  );
});

test.each(['transaction', 'bulk'] as const)(
  'a %s inside another is refused instead of waiting for itself for ever',
  async (kind) => {
    const nested = service.unitOfWork.transaction(() =>
      service.unitOfWork[kind]((manager) => manager.query('SELECT 1')),
    );
    await expect(nested).rejects.toThrow('pass its manager on');
    await expect(
      service.unitOfWork.transaction((manager) => manager.query('SELECT 1')),
    ).resolves.toBeDefined();
  },
);

test('goes on after SQLite itself rolled a transaction back', async () => {
  const broken = service.unitOfWork.transaction(async (manager) => {
    await manager.query('ROLLBACK');
    throw new Error('as a full disk leaves it');
  });
  await expect(broken).rejects.toThrow('full disk');
  // TypeORM would take this one for a savepoint of the broken one, roll back to it, and leave it open: from then
  // on nothing would be committed any more.
  const failed = service.unitOfWork.transaction(() => Promise.reject(new Error('an ordinary failure')));
  await expect(failed).rejects.toThrow('ordinary');
  const { id } = await user.newSchedule({ title: 'after' });
  expect((await user.get<ScheduleDto>(`/schedules/${String(id)}`)).body.title).toBe('after');
});
