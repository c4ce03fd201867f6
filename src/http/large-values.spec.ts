import { expect, test } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { AsItIs, setLargeValuesAside } from './large-values.js';

class Part {
  @AsItIs()
  any?: unknown;

  other?: unknown;
}

const readBack = (any: unknown): unknown => {
  const request = { part: { any } };
  setLargeValuesAside(request);
  return plainToInstance(Part, request.part).any;
};

test.each([
  ['a long list', Array(100_000).fill(0)],
  ['a list of many small ones', Array.from({ length: 300 }, (_, n) => [n])],
  [
    'an object of many fields',
    Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`k${String(n)}`, n])),
  ],
  ['what is deep inside', { a: { b: { c: Array(1000).fill('x') } } }],
])('%s comes through as it is, by identity', (_name, value) => {
  expect(readBack(value)).toBe(value);
});

test('small values and texts are left where they are', () => {
  for (const value of ['x'.repeat(100_000), 1, null, undefined, [1, 2], { a: 1 }])
    expect(readBack(value)).toEqual(value);
});

test('a field that may not be large gets nothing that looks like one', () => {
  const request = { part: { other: Array(1000).fill(0) } };
  setLargeValuesAside(request);
  expect(typeof plainToInstance(Part, request.part).other).toBe('symbol');
});
