import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import pLimit, { type LimitFunction } from 'p-limit';
import { TooManyRequests } from '../http/problems.js';
import { effort } from '../timing/effort.js';

/** What the computations of one user may take, in steps of 2 to 5 µs: 4 to 10 percent of a core, after up to half a second. */
const STEPS_PER_SECOND = 20_000;
const MOST_STEPS = 100_000;

/** How many requests of one user may wait for their turn: those that only read, and those that are to be stored. */
const MOST_READS_WAITING = 100;
const MOST_WRITES_WAITING = 1000;

/** What a user's requests have computed lately. */
interface Account {
  readonly turns: LimitFunction;
  steps: number;
  at: number;
}

/**
 * What computes times, computes them here. Each computation is short; but one user who asks for many of them must
 * not slow down the others. So a user has one in each turn of the event loop, and only so many steps a second.
 */
@Injectable()
export class ComputingTurns {
  private readonly accounts = new LRUCache<number, Account>({ max: 10_000 });

  /** Computes when it is the user's turn. @throws TooManyRequests */
  next<T>(userId: number, compute: () => T): Promise<T> {
    return this.inTurn(userId, MOST_READS_WAITING, compute);
  }

  /** Resolves when it is the user's turn, for what is computed in a transaction: that does not wait, and is charged. @throws TooManyRequests */
  beforeWrite(userId: number): Promise<void> {
    return this.inTurn(userId, MOST_WRITES_WAITING, () => undefined);
  }

  private async inTurn<T>(userId: number, mostWaiting: number, compute: () => T): Promise<T> {
    this.admit(userId);
    const { turns } = this.account(userId);
    if (turns.pendingCount >= mostWaiting) {
      throw new TooManyRequests('Too many of your requests wait for times to be computed.', 1);
    }
    return turns(async () => {
      try {
        // Others of the same user were computed since this one came.
        this.admit(userId);
        return this.charge(userId, compute);
      } finally {
        await new Promise(setImmediate);
      }
    });
  }

  private admit(userId: number): void {
    const excess = this.account(userId).steps - MOST_STEPS;
    if (excess > 0) {
      const seconds = Math.ceil(excess / STEPS_PER_SECOND);
      throw new TooManyRequests('Your requests had too many times computed.', seconds);
    }
  }

  /** Computes at once, and counts it as the user's. */
  charge<T>(userId: number, compute: () => T): T {
    const steps = effort();
    try {
      return compute();
    } finally {
      this.account(userId).steps += steps();
    }
  }

  /** The user's account as of now. What is spent is forgotten at a constant rate. */
  private account(userId: number): Account {
    const now = performance.now();
    let account = this.accounts.get(userId);
    if (!account) {
      account = { turns: pLimit(1), steps: 0, at: now };
      this.accounts.set(userId, account);
    }
    account.steps = Math.max(0, account.steps - ((now - account.at) / 1000) * STEPS_PER_SECOND);
    account.at = now;
    return account;
  }
}
