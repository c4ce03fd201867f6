import { describe } from '@jest/globals';

/** `describe` for tests that need something; without it they are skipped, loudly, and in CI that fails. */
export function describeWith(found: boolean, missing: string): typeof describe | typeof describe.skip {
  if (found) return describe;
  if (process.env['CI'] === 'true') throw new Error(`${missing}, and in CI nothing is skipped`);
  process.stderr.write(`SKIPPED: ${missing}\n`);
  return describe.skip;
}
