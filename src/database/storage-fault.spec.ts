import { expect, test } from '@jest/globals';
import { cannotStore, storageFault } from './storage-fault.js';

test.each([
  ...['SQLITE_FULL', 'SQLITE_READONLY_DBMOVED', 'SQLITE_IOERR_WRITE', '53100', '25006'].map(
    (code) => [code, true, 'not stored'] as const,
  ),
  ...['SQLITE_BUSY', 'SQLITE_CORRUPT', '40001', '57014', '57P03', '55P03', '25P03', 'XX000'].map(
    (code) => [code, false, 'not stored'] as const,
  ),
  ...['08006', '57P01', '57P02', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE'].map(
    (code) => [code, false, 'unknown'] as const,
  ),
  ...['SQLITE_CONSTRAINT_UNIQUE', '23505', '22021', 'ENOENT', '530'].map(
    (code) => [code, false, undefined] as const,
  ),
])('%s: takes no writes: %s, what became of a request: %s', (code, refuses, fault) => {
  for (const thrown of [{ code }, { driverError: { code } }]) {
    expect(cannotStore(thrown)).toBe(refuses);
    expect(storageFault(thrown)).toBe(fault);
  }
});

test('words of pg about a connection that is lost, without a code, leave open what became of a request', () => {
  const thrown = { driverError: new Error('Connection terminated unexpectedly') };
  expect([cannotStore(thrown), storageFault(thrown)]).toEqual([false, 'unknown']);
  expect([undefined, null, new Error('no')].map(storageFault)).toEqual([undefined, undefined, undefined]);
});
