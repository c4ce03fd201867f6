import cronstrue from 'cronstrue';
import { LRUCache } from 'lru-cache';
import { parseInterval } from './schedule-interval.js';

const descriptions = new LRUCache<string, string>({ max: 5000 });

/**
 * The interval in plain English: `At 09:00, Monday through Friday`.
 *
 * @throws InvalidInterval
 */
export function describeInterval(interval: string): string {
  let description = descriptions.get(interval);
  if (description === undefined) {
    description = describe(interval);
    descriptions.set(interval, description);
  }
  return description;
}

function describe(interval: string): string {
  const { pattern } = parseInterval(interval);
  // What the user wrote reads better than its normal form; aliases have only the latter.
  const expression = (interval.trim().startsWith('@') ? pattern : interval.trim()).replaceAll('?', '*');
  try {
    return cronstrue.toString(expression, { use24HourTimeFormat: true });
  } catch {
    return `At the times of the cron expression ${expression}`;
  }
}
