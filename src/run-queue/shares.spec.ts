import { expect, test } from '@jest/globals';
import type { WaitingRun } from './share.js';
import { Shares } from './shares.js';

const run = (id: number, owner_id: number | null, lane: string | null = null): WaitingRun => ({
  ...{ id, owner_id, lane },
});

const runs = (from: number, count: number, owner_id: number, lane: string | null = null): WaitingRun[] =>
  Array.from({ length: count }, (_, n) => run(from + n, owner_id, lane));

/** All that start now. */
function start(shares: Shares, waiting: readonly WaitingRun[] = []): WaitingRun[] {
  for (const each of waiting) shares.wait(each);
  const started: WaitingRun[] = [];
  for (let next = shares.next(); next; next = shares.next()) started.push(next);
  return started;
}

test.each([
  [1, 1],
  [7, 7],
  [8, 7],
  [16, 14],
  [256, 224],
])('of %i places, one owner alone gets %i', (places, most) => {
  expect(start(new Shares(places, 8), runs(1, 1000, 1))).toHaveLength(most);
});

test('the more owners want all, the less the next gets, and there is a place for one more', () => {
  const shares = new Shares(256, 8);
  const shares8 = Array.from({ length: 8 }, (_, n) => start(shares, runs(n * 1000, 500, n + 1)).length);
  expect(shares8).toEqual([224, 7, 5, 4, 4, 3, 2, 2]);
  expect(start(shares, [run(9999, 99)])).toHaveLength(1);
});

test('a place that gets free goes to the owner that has the fewest', () => {
  const shares = new Shares(4, 8);
  const [first, second, third] = start(shares, runs(1, 10, 1)) as [WaitingRun, WaitingRun, WaitingRun];
  expect(start(shares, runs(11, 2, 2))).toEqual([]);
  shares.leave(first);
  expect(start(shares)).toEqual([run(11, 2)]);
  // The others have waited longer, but their owner has two places by now.
  shares.leave(second);
  expect(start(shares)).toEqual([run(12, 2)]);
  shares.leave(third);
  expect(start(shares)).toEqual([run(5, 1)]);
});

test('owners that have as many take turns', () => {
  const shares = new Shares(1, 8);
  const order: number[] = [];
  let [current] = start(shares, [...runs(1, 3, 1), ...runs(11, 3, 2), ...runs(21, 3, 3)]);
  while (current) {
    order.push(current.id);
    shares.leave(current);
    [current] = start(shares);
  }
  expect(order).toEqual([1, 11, 21, 2, 12, 22, 3, 13, 23]);
});

test('a run that waits for a place takes none in its lane from others', () => {
  const shares = new Shares(8, 1);
  start(shares, [run(1, 1, 'shared'), ...runs(11, 6, 1), run(2, 1, 'shared'), run(3, 1, 'shared')]);
  expect(start(shares, [run(101, 2, 'shared')])).toEqual([]);
  shares.leave(run(1, 1, 'shared'));
  expect(start(shares)).toEqual([run(101, 2, 'shared')]);
});

test('runs without an owner share what one owner has', () => {
  expect(start(new Shares(16, 8), [...runs(1, 10, 0), run(20, null), run(21, null)])).toHaveLength(12);
  const waiting = Array.from({ length: 20 }, (_, n) => run(n, null));
  expect(start(new Shares(16, 8), waiting)).toHaveLength(14);
});

test('nobody is overtaken by a run that enters without waiting', () => {
  const shares = new Shares(8, 1);
  expect(shares.tryEnter(run(1, 1, 'a'))).toBe(true);
  expect(shares.tryEnter(run(2, 1, 'a'))).toBe(false);
  start(shares, runs(10, 20, 1));
  expect(shares.tryEnter(run(3, 1))).toBe(false);
  expect(shares.tryEnter(run(4, 2))).toBe(true);
  expect(shares.tryEnter(run(5, 3))).toBe(false);
});

/** Whatever owners, lanes and ends: checked against what the rules say of every run that waits. */
test.each([1, 2, 3, 4, 5])('no place stays free that somebody could have (seed %i)', (seed) => {
  let state = seed * 7919;
  const below = (limit: number): number => (state = (state * 48_271) % 2_147_483_647) % limit;
  const [places, perLane] = [8 + below(60), 1 + below(4)];
  const kept = Math.floor(places / 8);
  const shares = new Shares(places, perLane);
  const waiting: WaitingRun[] = [];
  const active: WaitingRun[] = [];
  const heldBy = (owner: number | null): number => active.filter(({ owner_id }) => owner_id === owner).length;
  const inLane = (lane: string | null): number => active.filter((each) => each.lane === lane).length;
  const mayHaveMore = (owner: number | null): boolean => {
    const free = places - active.length;
    return free > kept || (free > 0 && heldBy(owner) < Math.max(1, free / 4));
  };
  const startAll = (): void => {
    for (let next = shares.next(); next; next = shares.next()) {
      const { id, owner_id, lane } = next;
      expect(mayHaveMore(owner_id)).toBe(true);
      if (lane !== null) expect(inLane(lane)).toBeLessThan(perLane);
      const sameLine = waiting.filter((each) => each.owner_id === owner_id && each.lane === lane);
      expect(sameLine[0]?.id).toBe(id);
      active.push(next);
      waiting.splice(waiting.indexOf(next), 1);
    }
    const couldStart = waiting.filter(
      ({ owner_id, lane }) => mayHaveMore(owner_id) && (lane === null || inLane(lane) < perLane),
    );
    expect(couldStart).toEqual([]);
  };
  for (let id = 1; id <= 3000; id++) {
    const lane = below(4);
    const next = run(id, 1 + below(2) * below(5), lane === 0 ? null : `lane ${String(lane)}`);
    if (below(3) > 0 || active.length === 0) {
      waiting.push(next);
      shares.wait(next);
    } else shares.leave(active.splice(below(active.length), 1)[0] as WaitingRun);
    startAll();
  }
  while (active.length > 0) {
    shares.leave(active.splice(below(active.length), 1)[0] as WaitingRun);
    startAll();
  }
  expect([waiting, shares.ready, shares.held]).toEqual([[], 0, 0]);
});
