import { expect, test } from '@jest/globals';
import { IdMap } from './id-map.js';

test('behaves as a Map does, whatever is done to it', () => {
  const map = new IdMap<string>();
  const model = new Map<number, string>();
  let random = 1;
  const next = (below: number): number => (random = (random * 48_271) % 2_147_483_647) % below;
  for (let n = 0; n < 5000; n++) {
    const id = 1_000_000 + next(50);
    if (next(2) === 0) {
      map.set(id, String(n));
      model.set(id, String(n));
    } else expect(map.delete(id)).toBe(model.delete(id));
    expect([map.size, map.has(id), map.get(id)]).toEqual([model.size, model.has(id), model.get(id)]);
  }
  expect(map.values().sort()).toEqual([...model.values()].sort());
});

test('null is a value', () => {
  const map = new IdMap<null>();
  map.set(1, null);
  expect([map.size, map.has(1), map.get(1), map.values()]).toEqual([1, true, null, [null]]);
});
