import { LRUCache } from 'lru-cache';
import pLimit, { type LimitFunction } from 'p-limit';
import { TooManyRequests } from './problems.js';
import { unreadAnswers } from './unread-answers.js';

/** How many are made at a time, one of each user; and how many of one user may wait for that. */
const AT_A_TIME = 2;
const MOST_WAITING_OF_ONE = 20;

const ofAll = pLimit(AT_A_TIME);
/** Of each user that asked lately. To forget one that still waits only lets it have two at a time. */
const ofUsers = new LRUCache<number, LimitFunction>({ max: 10_000, memoMethod: () => pLimit(1) });

/**
 * Reads a large page when there is room for it in memory. Users take turns: one of them is at most one of those that wait.
 *
 * @throws TooManyRequests when too many of the user wait
 */
export async function inTurnOfLargePages<Rows>(userId: number, read: () => Promise<Rows>): Promise<Rows> {
  const ofUser = ofUsers.memo(userId);
  if (ofUser.pendingCount >= MOST_WAITING_OF_ONE)
    throw new TooManyRequests(
      'Too many of your requests wait for large lists: ask for less with ?limit=.',
      1,
    );
  return ofUser(() =>
    ofAll(async () => {
      await unreadAnswers.room();
      return read();
    }),
  );
}
