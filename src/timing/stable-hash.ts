import { createHash } from 'node:crypto';

/** A number in [0, limit) that is the same for the same key on every machine and in every version. */
export function stableHash(key: string, limit: number): number {
  return createHash('sha256').update(key).digest().readUInt32BE() % limit;
}
