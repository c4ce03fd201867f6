import { expect, test } from '@jest/globals';
import { atEndOfTurn } from './end-of-turn.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work in three steps, which notes each. */
const work = (name: string, notes: string[]) => async (): Promise<void> => {
  for (const step of [1, 2, 3]) {
    notes.push(`${name}${String(step)}`);
    await Promise.resolve();
  }
};

test('work of one turn is done in step, in the order it came, once the turn is over', async () => {
  const notes: string[] = [];
  atEndOfTurn(() => void work('a', notes)());
  await Promise.resolve();
  atEndOfTurn(() => void work('b', notes)());
  expect(notes).toEqual([]);
  await turn();
  expect(notes).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
});

test('work that comes up meanwhile is left to the next turn', async () => {
  const notes: string[] = [];
  atEndOfTurn(() => {
    atEndOfTurn(() => void work('later', notes)());
    void work('now', notes)();
  });
  await turn();
  expect(notes).toEqual(['now1', 'now2', 'now3']);
  await turn();
  expect(notes.slice(3)).toEqual(['later1', 'later2', 'later3']);
});
