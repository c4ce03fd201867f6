import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { TooManyRequests } from '../http/problems.js';
import { SignInFailure } from './sign-in-failure.entity.js';

/** So many attempts in a row may fail before the delays begin. */
const FREE_ATTEMPTS = 10;
const LONGEST_DELAY_MS = 900_000;
const FORGOTTEN_AFTER_MS = 86_400_000;

const accountOf = (email: string): string => createHash('sha256').update(email).digest('hex');

/**
 * Slows down whoever guesses the password of an account: after ten attempts each further one has to wait, one
 * second first, twice as long each time, up to 15 minutes. An account that does not exist is treated alike. The
 * count is in the database, so that a restart forgives nothing.
 */
@Injectable()
export class SignInDelay {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts an attempt, before its password is looked at: a hundred at the same time are a hundred.
   *
   * @throws TooManyRequests when the account's next attempt has to wait
   */
  async begin(email: string): Promise<void> {
    const account = accountOf(email);
    await this.unitOfWork.transaction(async (manager) => {
      await this.unitOfWork.dialect.lock(manager, `sign-in/${account}`);
      const now = this.clock.now();
      const failed = await manager.findOneBy(SignInFailure, { account });
      const delay = delayMs(failed?.attempts ?? 0);
      // Never longer than the delay, should the clock have been ahead when it was noted.
      const wait = failed ? Math.min(delay, failed.last_at.getTime() + delay - now.getTime()) : 0;
      if (wait > 0)
        throw new TooManyRequests(
          'Too many attempts to sign in to this account failed.',
          Math.ceil(wait / 1000),
        );
      await manager.upsert(SignInFailure, { account, attempts: (failed?.attempts ?? 0) + 1, last_at: now }, [
        'account',
      ]);
    });
  }

  /** The password was not looked at: the attempt does not count. */
  async forgive(email: string): Promise<void> {
    await this.unitOfWork.transaction((manager) =>
      manager.decrement(SignInFailure, { account: accountOf(email) }, 'attempts', 1),
    );
  }

  /** The password was right: the count starts anew. */
  async succeed(email: string): Promise<void> {
    await this.unitOfWork.transaction((manager) =>
      manager.delete(SignInFailure, { account: accountOf(email) }),
    );
  }

  async prune(): Promise<void> {
    const limit = new Date(this.clock.now().getTime() - FORGOTTEN_AFTER_MS);
    await this.unitOfWork.transaction((manager) =>
      manager.delete(SignInFailure, { last_at: LessThan(limit) }),
    );
  }
}

const delayMs = (attempts: number): number =>
  attempts < FREE_ATTEMPTS ? 0 : Math.min(1000 * 2 ** (attempts - FREE_ATTEMPTS), LONGEST_DELAY_MS);
