import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, LessThan, Like } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { instantText } from '../database/columns.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Visitor } from '../http/principal.js';
import { TooManyRequests } from '../http/problems.js';
import { visitorOf } from '../throttle/address-throttle.js';
import { SignInFailure } from './sign-in-failure.entity.js';

/** How many attempts in a row may fail from one place before the delays begin. */
const FREE_ATTEMPTS = 10;

/** How many from all unknown places together: what NIST SP 800-63B allows for one account. */
const FREE_ATTEMPTS_OF_STRANGERS = 100;
const LONGEST_DELAY_MS = 900_000;
const FORGOTTEN_AFTER_MS = 86_400_000;

/** How long a place is known after somebody signed in from it. */
const KNOWN_FOR_MS = 365 * 86_400_000;

/** Who tries: an address, or a browser in which somebody signed in to this account before. */
export interface Place extends Visitor {
  readonly device?: string | undefined;
  /** Whether somebody is signed in there. */
  readonly isSignedIn?: boolean;
}

/** An attempt that was counted. */
export interface Attempt {
  readonly account: string;
  /** The row of the place it came from. */
  readonly place: string;
  /** Every row it is counted in. */
  readonly rows: readonly string[];
}

const accountOf = (email: string): string => createHash('sha256').update(email).digest('hex');

/**
 * Slows down whoever guesses the password of an account: after ten attempts from one place each further one has to
 * wait, one second first, twice as long each time, up to 15 minutes. All places from which nobody ever signed in to
 * the account are slowed down together after a hundred attempts, so that many addresses do not help; known places are
 * left out of that, so that strangers do not keep the owner out. (That is OWASP's "Slow Down Online Guessing Attacks
 * with Device Cookies", with addresses beside cookies, for programs.) An account that does not exist is treated
 * alike. The counts are in the database, so that a restart forgives nothing.
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
   * @throws TooManyRequests when the next attempt has to wait
   */
  async begin(email: string, { address, device, isSignedIn }: Place): Promise<Attempt> {
    const account = accountOf(email);
    const place = `${account}/${device === undefined ? visitorOf(address) : `device/${device}`}`;
    return this.unitOfWork.transaction(async (manager) => {
      await this.lock(manager, account);
      const now = this.clock.now();
      const found = await manager.findBy(SignInFailure, { account: In([place, account]) });
      const rowOf = (name: string): SignInFailure | undefined => found.find((row) => row.account === name);
      const isKnown =
        isSignedIn === true || device !== undefined || isRecent(rowOf(place)?.succeeded_at, now);
      const rows = isKnown ? [place] : [place, account];
      const waits = rows.map((name) =>
        waitMs(rowOf(name), name === account ? FREE_ATTEMPTS_OF_STRANGERS : FREE_ATTEMPTS, now),
      );
      const wait = Math.max(...waits);
      if (wait > 0)
        throw new TooManyRequests(
          'Too many attempts to sign in to this account failed.',
          Math.ceil(wait / 1000),
        );
      const counted = rows.map((name) => ({
        account: name,
        attempts: (rowOf(name)?.attempts ?? 0) + 1,
        last_at: now,
      }));
      await manager.upsert(SignInFailure, counted, ['account']);
      return { account, place, rows };
    });
  }

  /** The password was not looked at: the attempt does not count. */
  async forgive({ account, rows }: Attempt): Promise<void> {
    await this.unitOfWork.transaction(async (manager) => {
      await this.lock(manager, account);
      await manager.decrement(SignInFailure, { account: In([...rows]) }, 'attempts', 1);
    });
  }

  /** The password was right: the counts that it was in start anew, and the place is known from now on. */
  async succeed({ account, place, rows }: Attempt): Promise<void> {
    const now = this.clock.now();
    await this.unitOfWork.transaction(async (manager) => {
      await this.lock(manager, account);
      await manager.update(SignInFailure, { account: In([...rows]) }, { attempts: 0 });
      await manager.update(SignInFailure, { account: place }, { succeeded_at: now });
    });
  }

  /** Forgets everything about an account: its password was set by an admin, or it is no more. */
  async forget(manager: EntityManager, email: string): Promise<void> {
    const account = accountOf(email);
    await manager.delete(SignInFailure, [{ account }, { account: Like(`${account}/%`) }]);
  }

  /** A count that is read and written must not change in between. */
  private lock(manager: EntityManager, account: string): Promise<void> {
    return this.unitOfWork.dialect.lock(manager, `sign-in/${account}`);
  }

  async prune(): Promise<void> {
    const now = this.clock.now().getTime();
    const [forgotten, unknown] = [new Date(now - FORGOTTEN_AFTER_MS), new Date(now - KNOWN_FOR_MS)];
    await this.unitOfWork.transaction(async (manager) => {
      const { dialect } = this.unitOfWork;
      await dialect.change(
        manager,
        'DELETE FROM sign_in_failures WHERE last_at < ? AND (succeeded_at IS NULL OR succeeded_at < ?)',
        [instantText(forgotten), instantText(unknown)],
      );
      await manager.update(SignInFailure, { last_at: LessThan(forgotten) }, { attempts: 0 });
    });
  }
}

const isRecent = (instant: Date | null | undefined, now: Date): boolean =>
  instant instanceof Date && now.getTime() - instant.getTime() < KNOWN_FOR_MS;

/** Never longer than the delay, should the clock have been ahead when the last attempt was noted. */
function waitMs(row: SignInFailure | undefined, free: number, now: Date): number {
  if (!row || row.attempts < free) return 0;
  const delay = Math.min(1000 * 2 ** (row.attempts - free), LONGEST_DELAY_MS);
  return Math.min(delay, row.last_at.getTime() + delay - now.getTime());
}
