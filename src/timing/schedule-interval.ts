import { CronPattern } from 'croner';
import { LRUCache } from 'lru-cache';

export const MAX_INTERVAL_LENGTH = 256;

/** The text is no `schedule_interval`. `message` says what would be. */
export class InvalidInterval extends Error {
  override readonly name = 'InvalidInterval';
}

/** A parsed `schedule_interval`: `pattern` has 6 fields, seconds first, and means the same in every zone. */
export interface ScheduleInterval {
  readonly pattern: string;
}

const EXPECTED =
  'a cron expression of 5 fields (minute hour day month weekday), of 6 with seconds first, or one of ' +
  '@yearly @annually @monthly @weekly @daily @midnight @hourly';

const ALIASES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
  '@monthly': '0 0 0 1 * *',
  '@weekly': '0 0 0 * * 0',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@hourly': '0 0 * * * *',
};

const parsed = new LRUCache<string, ScheduleInterval>({ max: 5000 });

/** @throws InvalidInterval */
export function parseInterval(text: string): ScheduleInterval {
  if (text.length > MAX_INTERVAL_LENGTH) {
    throw new InvalidInterval(`at most ${String(MAX_INTERVAL_LENGTH)} characters: ${EXPECTED}`);
  }
  let interval = parsed.get(text);
  if (!interval) {
    interval = { pattern: text.trim().startsWith('@') ? alias(text.trim()) : cronPattern(text) };
    parsed.set(text, interval);
  }
  return interval;
}

function alias(name: string): string {
  const pattern = ALIASES[name.toLowerCase()];
  if (pattern === undefined) throw new InvalidInterval(`${EXPECTED}; "${name}" is none of them`);
  return pattern;
}

function cronPattern(text: string): string {
  const fields = text.trim().split(/\s+/);
  if (fields.length === 5) fields.unshift('0');
  if (fields.length !== 6) throw new InvalidInterval(EXPECTED);
  // croner also reads a leading + (both days must match), which no other cron has.
  const strange = fields.find((field) => !/^[0-9A-Za-z*?,\-/#]+$/.test(field));
  if (strange !== undefined) throw new InvalidInterval(`${EXPECTED}; "${strange}" is no field`);
  try {
    return debianForm(fields, new CronPattern(fields.join(' '), undefined, { mode: '6-part' }));
  } catch (error) {
    throw new InvalidInterval(`${EXPECTED}; ${reason(error)}`);
  }
}

/**
 * Debian's cron lets a pattern follow the clock on the wall when its minute or hour field starts with `*`;
 * every other pattern names fixed times (cron(8), "Daylight Saving Time and other time changes"). croner
 * takes a pattern for fixed only when neither seconds, minutes nor hours have a `*` or a step: spell those out.
 */
function debianForm(fields: string[], { second, minute, hour }: CronPattern): string {
  if (/^[*?]/.test(fields[1] ?? '') || /^[*?]/.test(fields[2] ?? '')) return fields.join(' ');
  return [values(second), values(minute), values(hour), ...fields.slice(3)].join(' ');
}

/** The list a field stands for; croner's field is an array of flags, indexed by value. */
const values = (flags: number[]): string => flags.flatMap((flag, value) => (flag ? [value] : [])).join(',');

const reason = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
