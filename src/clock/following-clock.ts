import { Clock } from './clock.js';

/** A clock that was further ahead than this has been set, and goes back; one that was less stands still. */
const LARGEST_STANDSTILL_MS = 1000;

/**
 * This computer's clock, set right by another one, which all nodes follow: that of the database server. It goes on
 * between measurements, and stands still rather than go back by the little that measurements differ.
 */
export class FollowingClock extends Clock {
  private ahead = 0;
  private latest = 0;

  now(): Date {
    const time = Date.now() + this.ahead;
    this.latest = this.latest - time > LARGEST_STANDSTILL_MS ? time : Math.max(time, this.latest);
    return new Date(this.latest);
  }

  override onThisComputer(instant: Date): Date {
    return new Date(instant.getTime() - this.ahead);
  }

  /** Milliseconds that the clock followed is ahead of this computer's. */
  get driftMs(): number {
    return this.ahead;
  }

  /**
   * Takes a measurement: what the other clock showed at some moment between two of this computer's. A difference that
   * is within what the measurement may be wrong by changes nothing.
   */
  measured(other: Date, before: Date, after: Date): void {
    const uncertain = (after.getTime() - before.getTime()) / 2 + 1;
    const ahead = other.getTime() - (before.getTime() + after.getTime()) / 2;
    if (Math.abs(ahead - this.ahead) > uncertain) this.ahead = Math.round(ahead);
  }
}
