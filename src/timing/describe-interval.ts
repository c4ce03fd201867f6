import cronstrue from 'cronstrue';
import { LRUCache } from 'lru-cache';
import type { LocalDateTime } from './date-time.js';
import { offsetText } from './offset-text.js';
import { parseInterval, patternOf } from './schedule-interval.js';

const descriptions = new LRUCache<string, string>({ max: 5000 });

/**
 * The interval in plain English: `At 09:00, Monday through Friday`. `id` is the schedule whose `H` it has.
 *
 * @throws InvalidInterval
 */
export function describeInterval(text: string, id: number): string {
  const interval = parseInterval(text);
  const key = interval.kind === 'cron' && interval.hashed ? `${String(id)} ${text}` : text;
  let description = descriptions.get(key);
  if (description === undefined) {
    description = describe(text.trim(), id);
    descriptions.set(key, description);
  }
  return description;
}

function describe(text: string, id: number): string {
  const interval = parseInterval(text);
  switch (interval.kind) {
    case 'cron': {
      // What the user wrote reads better than its normal form; aliases and hashes have only the latter.
      const written = !text.startsWith('@') && !interval.hashed;
      return describeCron(written ? text : patternOf(interval, id));
    }
    case 'every':
      return describePeriod(interval.periodMs);
    case 'once':
      return describeDateTime(interval.at);
  }
}

function describeCron(pattern: string): string {
  try {
    return cronstrue.toString(pattern.replaceAll('?', '*'), { use24HourTimeFormat: true });
  } catch {
    return `At the times of the cron expression ${pattern}`;
  }
}

function describePeriod(ms: number): string {
  const units = [
    ['day', 86_400_000, Infinity],
    ['hour', 3_600_000, 24],
    ['minute', 60_000, 60],
    ['second', 1000, 60],
  ] as const;
  const parts = units
    .map(([name, size, limit]) => [Math.floor(ms / size) % limit, name] as const)
    .filter(([amount]) => amount > 0)
    .map(([amount, name]) => `${String(amount)} ${name}${amount === 1 ? '' : 's'}`);
  const [only = ''] = parts;
  return `Every ${parts.length === 1 ? only.replace(/^1 /, '') : parts.join(' ')}`;
}

function describeDateTime({ utc, offsetMs }: LocalDateTime): string {
  const clock = new Date(utc).toISOString();
  const time = clock.slice(11, 23).replace(/(:00)?\.000$/, '');
  const zone = offsetMs === undefined ? '' : ` (UTC${offsetMs === 0 ? '' : offsetText(offsetMs)})`;
  return `Once, on ${clock.slice(0, 10)} at ${time}${zone}`;
}
