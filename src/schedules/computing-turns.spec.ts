import { beforeEach, expect, test } from '@jest/globals';
import { TooManyRequests } from '../http/problems.js';
import { spend } from '../timing/effort.js';
import { ComputingTurns } from './computing-turns.js';

let turns: ComputingTurns;
beforeEach(() => {
  turns = new ComputingTurns();
});

/** In which turns of the event loop each of these was computed, the first being 0. */
async function turnsOf(users: number[]): Promise<number[]> {
  let turn = 0;
  let done = false;
  const count = (): void => {
    turn++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const seen = await Promise.all(users.map((user) => turns.next(user, () => turn)));
  done = true;
  return seen;
}

test('a user has one computation in a turn of the event loop; others have theirs beside', async () => {
  const [a1 = 0, b1 = 0, a2 = 0, b2 = 0, a3 = 0] = await turnsOf([1, 2, 1, 2, 1]);
  expect([a1, b1]).toEqual([0, 0]);
  expect(a2).toBeGreaterThan(a1);
  expect(a3).toBeGreaterThan(a2);
  expect(b2).toBe(a2);
});

test('who waited is not let in when others of the same user computed too much meanwhile', async () => {
  const computed = Array.from({ length: 20 }, () =>
    turns.beforeWrite(1).then(() => {
      turns.charge(1, () => {
        spend(20_000);
      });
    }),
  );
  const letIn = (await Promise.allSettled(computed)).filter(({ status }) => status === 'fulfilled');
  // What is spent is forgotten at a constant rate, so one or two more may come in time.
  expect(letIn.length).toBeGreaterThanOrEqual(6);
  expect(letIn.length).toBeLessThanOrEqual(8);
});

test('a hundred may wait, and no more', async () => {
  const asked = Array.from({ length: 150 }, () => turns.next(1, () => true));
  const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThanOrEqual(49);
  expect(refused.length).toBeLessThanOrEqual(50);
  expect(await turns.next(1, () => 'again')).toBe('again');
});

test('who computed too much has to wait, for as long as it says, and nobody else', async () => {
  turns.charge(1, () => {
    spend(300_000);
  });
  await expect(turns.next(1, () => 0)).rejects.toThrow(TooManyRequests);
  await expect(turns.beforeWrite(1)).rejects.toThrow('Try again in 10 s.');
  expect(await turns.next(2, () => 'other')).toBe('other');
});

test('what fails is counted, too, and does not keep the next one waiting', async () => {
  const fail = (): never => {
    spend(300_000);
    throw new Error('no');
  };
  await expect(turns.next(1, fail)).rejects.toThrow('no');
  await expect(turns.next(1, () => 0)).rejects.toThrow(TooManyRequests);
});
