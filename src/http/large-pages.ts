import pLimit from 'p-limit';
import { Unavailable } from './problems.js';
import { unreadAnswers } from './unread-answers.js';

/** So many are made at a time, and so many wait for that. */
const AT_A_TIME = 2;
const MOST_WAITING = 200;

const limit = pLimit(AT_A_TIME);

/**
 * Reads a large page when there is room for it in memory.
 *
 * @throws Unavailable when too many wait
 */
export function inTurnOfLargePages<Rows>(read: () => Promise<Rows>): Promise<Rows> {
  if (limit.pendingCount >= MOST_WAITING)
    throw new Unavailable('Too many large lists are asked for: try again, or ask for less with ?limit=.');
  return limit(async () => {
    await unreadAnswers.room();
    return read();
  });
}
