import { beforeEach, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { Dialect } from './dialect.js';
import { UntilNextWrite } from './until-next-write.js';

let version: number | undefined;
let reads: string[];
let known: UntilNextWrite<object>;
beforeEach(() => {
  version = 1;
  reads = [];
  known = new UntilNextWrite({ version: () => version } as unknown as Dialect, {} as DataSource, 2);
});

const ask = async (key: string, during?: () => unknown): Promise<object | undefined> =>
  known.get(key, async () => {
    reads.push(key);
    await during?.();
    return key === 'nobody' ? undefined : { key };
  });

test('what is there is read once, until somebody writes', async () => {
  expect([await ask('a'), await ask('a')]).toEqual([{ key: 'a' }, { key: 'a' }]);
  version = 2;
  await ask('a');
  expect(reads).toEqual(['a', 'a']);
});

test('what is not there is looked for each time', async () => {
  await ask('nobody');
  await ask('nobody');
  expect(reads).toHaveLength(2);
});

test('what was read before a write is not taken for what is there after it', async () => {
  await ask('a', async () => {
    version = 2;
    await ask('b');
  });
  await ask('a');
  await ask('b');
  expect(reads).toEqual(['a', 'b', 'a']);
});

test('nothing is remembered where others write unheard', async () => {
  version = undefined;
  await ask('a');
  await ask('a');
  expect(reads).toHaveLength(2);
});

test('so much is remembered and no more', async () => {
  for (const key of ['a', 'b', 'c', 'a']) await ask(key);
  expect(reads).toEqual(['a', 'b', 'c', 'a']);
});
