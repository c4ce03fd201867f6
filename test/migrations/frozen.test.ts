import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** The migrations that were released, with the SHA-256 of their files. A line is added with each release; none is changed. */
const RELEASED = {
  'sqlite/1795392550742-Initial.ts': '8b1a1892450fb62d19de7d1dbcbcf80b79c9518b1c60d702ecdfd81e334c185c',
  'postgres/1795615809632-Initial.ts': '6cf37ecf9c4911186d2029583f90c685a87ae0a8d2b15d0306f1562dfe19dbd1',
};

test.each(Object.entries(RELEASED))('%s is as it was released', (file, digest) => {
  const text = readFileSync(join(import.meta.dirname, '../../migrations', file));
  expect(createHash('sha256').update(text).digest('hex')).toBe(digest);
});
