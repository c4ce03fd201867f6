import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from './instant.js';

test('writes dates as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      expect(instantOf(date)).toBe(date.toISOString());
    }),
  );
  expect(instantOf(null)).toBeNull();
  expect(instantOf(new Date('2026-03-09T01:02:03.004Z'))).toBe('2026-03-09T01:02:03.004Z');
});
