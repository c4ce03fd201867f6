import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { TooManyRequests } from '../http/problems.js';

/** OWASP's minimum for argon2id, the library's default algorithm: 19 MiB, 2 passes, 1 lane; about 20 ms. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A flood of sign-ins must leave cores, and threads of the four that Node has, to everything else. */
const CONCURRENCY = Math.min(2, Math.max(1, Math.floor(availableParallelism() / 2)));

/** So many may wait for their turn: about two seconds. Further ones are told to come back. */
const MAX_WAITING = 100;
const COME_BACK_S = 5;

/** Hashes and checks passwords with argon2id, off the event loop. */
@Injectable()
export class PasswordHasher {
  private readonly limit = pLimit(CONCURRENCY);

  /** The hash of a password nobody has, so that signing in as nobody takes as long as any wrong password. */
  private readonly nobody = hash('no user has this password', PARAMETERS);

  /** @throws TooManyRequests when too many wait */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, PARAMETERS));
  }

  /**
   * Whether the password is right. Does the same work without a hash, and answers false.
   *
   * @throws TooManyRequests when too many wait
   */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const against = stored ?? (await this.nobody);
    const matches = await this.inTurn(() => verify(against, password));
    return matches && stored !== undefined;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.limit.pendingCount >= MAX_WAITING)
      throw new TooManyRequests('Too many people are signing in at the moment.', COME_BACK_S);
    return this.limit(work);
  }
}
