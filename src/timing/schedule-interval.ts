import { CronPattern } from 'croner';
import { LRUCache } from 'lru-cache';
import { hasHash, resolveHashes, widenHashes } from './hashed-field.js';
import { isDateTime, type LocalDateTime, parseDateTime } from './date-time.js';

export const MAX_INTERVAL_LENGTH = 256;

/** The text is no `schedule_interval`. `message` says what would be. */
export class InvalidInterval extends Error {
  override readonly name = 'InvalidInterval';
}

/**
 * A parsed `schedule_interval`. A cron `pattern` has 6 fields, seconds first; `hashed` ones still have their `H`,
 * which stands for other values in every schedule.
 */
export type ScheduleInterval =
  | { readonly kind: 'cron'; readonly pattern: string; readonly hashed: boolean }
  | { readonly kind: 'every'; readonly periodMs: number }
  | { readonly kind: 'once'; readonly at: LocalDateTime };

const ALIASES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
  '@monthly': '0 0 0 1 * *',
  '@weekly': '0 0 0 * * 0',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@hourly': '0 0 * * * *',
};

const EXPECTED =
  'a cron expression of 5 fields (minute hour day month weekday), or of 6 with seconds first; one of ' +
  `${Object.keys(ALIASES).join(' ')}; "@every 1h30m"; or a date-time such as 2030-01-31T09:00`;

const MAX_PERIOD_MS = 3650 * 86_400_000;

const parsed = new LRUCache<string, ScheduleInterval>({ max: 5000 });

/** @throws InvalidInterval */
export function parseInterval(text: string): ScheduleInterval {
  if (text.length > MAX_INTERVAL_LENGTH) {
    throw new InvalidInterval(`at most ${String(MAX_INTERVAL_LENGTH)} characters: ${EXPECTED}`);
  }
  let interval = parsed.get(text);
  if (!interval) {
    interval = parse(text.trim());
    parsed.set(text, interval);
  }
  return interval;
}

function parse(text: string): ScheduleInterval {
  if (/^@every\b/i.test(text)) return { kind: 'every', periodMs: period(text.slice('@every'.length).trim()) };
  if (text.startsWith('@')) return { kind: 'cron', pattern: alias(text), hashed: false };
  if (isDateTime(text)) return { kind: 'once', at: dateTime(text) };
  return cron(text);
}

function alias(name: string): string {
  const pattern = ALIASES[name.toLowerCase()];
  if (pattern === undefined) throw new InvalidInterval(`${EXPECTED}; "${name}" is none of them`);
  return pattern;
}

/** `1h30m` in milliseconds: days, hours, minutes and seconds, in this order. */
function period(text: string): number {
  const match = /^(?=\d)(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?$/.exec(text);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (match ?? [])
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  if (ms < 1000 || ms > MAX_PERIOD_MS) {
    throw new InvalidInterval('"@every" with a period from 1s to 3650d, such as 90s, 1h30m or 7d');
  }
  return ms;
}

function dateTime(text: string): LocalDateTime {
  const at = parseDateTime(text);
  if (!at) throw new InvalidInterval(`a date-time that exists, such as 2030-01-31T09:00; "${text}" does not`);
  return at;
}

function cron(text: string): ScheduleInterval {
  const fields = text.split(/\s+/);
  if (fields.length === 5) fields.unshift('0');
  if (fields.length !== 6) throw new InvalidInterval(EXPECTED);
  const hashed = hasHash(fields);
  // croner also reads a leading + (both days must match), which no other cron has.
  const strange = fields.find((field) => !/^[0-9A-Za-z*?,\-/#()]+$/.test(field));
  if (strange !== undefined) throw new InvalidInterval(`${EXPECTED}; "${strange}" is no field`);
  try {
    // What H stands for does not matter to whether the pattern is well-formed.
    new CronPattern(resolveHashes(fields, 0).join(' '), undefined, { mode: '6-part' });
    return { kind: 'cron', pattern: fields.join(' '), hashed };
  } catch (error) {
    throw new InvalidInterval(`${EXPECTED}; ${reason(error)}`);
  }
}

/** The pattern of one schedule: what its `H` stand for is a stable hash of `seed`. */
export function patternOf(interval: ScheduleInterval & { kind: 'cron' }, seed: number): string {
  return interval.hashed ? resolveHashes(interval.pattern.split(' '), seed).join(' ') : interval.pattern;
}

/** A pattern with at least the occurrences of every schedule of that interval. */
export const widestPattern = (interval: ScheduleInterval & { kind: 'cron' }): string =>
  interval.hashed ? widenHashes(interval.pattern.split(' ')).join(' ') : interval.pattern;

/** Whether the pattern follows the clock on the wall in real time, instead of naming fixed times. */
export function followsWallClock(pattern: string): boolean {
  const [, minute = '', hour = ''] = pattern.split(' ');
  return /^[*?]/.test(minute) || /^[*?]/.test(hour);
}

const reason = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
