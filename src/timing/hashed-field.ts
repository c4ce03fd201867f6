import { stableHash } from './stable-hash.js';

/** The values of each cron field, seconds first. Days of the month end at 28, so that H fires in every month. */
const RANGES = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 28],
  [1, 12],
  [0, 6],
] as const;

/** `H`, `H(0-29)`, `H/15`, `H(0-29)/10`: as Jenkins writes "some value, always the same, spread over all jobs". */
const HASHED = /^H(?:\((\d{1,2})-(\d{1,2})\))?(?:\/(\d{1,2}))?$/;

export const hasHash = (fields: readonly string[]): boolean => fields.some((field) => /(^|,)H/.test(field));

/**
 * Replaces every `H` by values that are a stable hash of `seed` and the field's place.
 *
 * @throws Error naming the field that cannot be read
 */
export function resolveHashes(fields: readonly string[], seed: number): string[] {
  return fields.map((field, place) =>
    field
      .split(',')
      .map((item) => (item.startsWith('H') ? resolve(item, place, seed) : item))
      .join(','),
  );
}

/** Replaces every field with an `H` by all of its values. */
export const widenHashes = (fields: readonly string[]): string[] =>
  fields.map((field, place) => (hasHash([field]) ? (RANGES[place] ?? []).join('-') : field));

function resolve(item: string, place: number, seed: number): string {
  const [, from, to, step] = HASHED.exec(item) ?? [];
  const [min, max] = RANGES[place] ?? [0, 0];
  const low = Number(from ?? min);
  const high = Number(to ?? max);
  const wrong = item !== 'H' && from === undefined && step === undefined;
  const width = step === undefined ? high - low + 1 : Number(step);
  if (wrong || low < min || high > max || low > high || width < 1 || width > high - low + 1) {
    throw new Error(
      `"${item}" is no H: it takes H, H(${String(min)}-${String(max)}), H/STEP or both, within that range`,
    );
  }
  const first = low + stableHash(`${String(seed)}:${String(place)}`, width);
  return step === undefined ? String(first) : `${String(first)}-${String(high)}/${step}`;
}
