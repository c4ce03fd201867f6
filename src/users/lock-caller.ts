import type { EntityManager } from 'typeorm';
import type { Dialect } from '../database/dialect.js';
import { NotSignedIn } from '../http/problems.js';
import { lockOfUser } from './user.entity.js';

/**
 * Locks what counts for one user, to be called first in a transaction that stores something of that user. Deleting a user
 * takes the same lock, so that nobody is deleted from here on; a request may have waited behind a deletion, though.
 *
 * @throws NotSignedIn when the user is gone
 */
export async function lockCaller(manager: EntityManager, dialect: Dialect, userId: number): Promise<void> {
  await dialect.lock(manager, lockOfUser(userId));
  const there = await dialect.query(manager, 'SELECT id FROM users WHERE id = ?', [userId]);
  if (there.length === 0) throw new NotSignedIn('Your account was deleted meanwhile.');
}
