import { expect, test } from '@jest/globals';
import { GroupCommit } from './group-commit.js';

test('what comes in together is committed together, and each gets its own result', async () => {
  const batches: number[][] = [];
  const commits = new GroupCommit((items: number[]) => {
    batches.push(items);
    return Promise.resolve(items.map((item) => item * 10));
  }, 100);
  const results = await Promise.all([1, 2, 3].map((item) => commits.add(item)));
  expect(results).toEqual([10, 20, 30]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test('what comes in during a commit waits for the next, and no batch is larger than its limit', async () => {
  const batches: number[][] = [];
  const commits: GroupCommit<number, number> = new GroupCommit((items: number[]) => {
    if (batches.length === 0) for (const item of [3, 4, 5]) void commits.add(item);
    batches.push(items);
    return Promise.resolve(items);
  }, 2);
  await Promise.all([commits.add(1), commits.add(2)]);
  await commits.add(6);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
});

test('a commit that fails fails for all that was in it, and for nothing after', async () => {
  let fail = true;
  const commits = new GroupCommit((items: number[]) => {
    if (fail) return Promise.reject(new Error('disk full'));
    return Promise.resolve(items);
  }, 100);
  const results = await Promise.allSettled([commits.add(1), commits.add(2)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fail = false;
  expect(await commits.add(3)).toBe(3);
});
