import { Clock } from './clock.js';

/** A clock that was further ahead than this has been set, and goes back; one that was less stands still. */
const LARGEST_STANDSTILL_MS = 1000;

/**
 * Another clock, which all nodes follow: that of the database server. Between measurements it goes on by the time that has
 * elapsed, so that this computer's own clock may be set without anything happening. It stands still rather than go back by
 * the little that measurements differ.
 */
export class FollowingClock extends Clock {
  /** What the clock followed shows when no time has elapsed. Until it is measured, this computer's clock stands for it. */
  private origin = Date.now() - this.elapsedMs();
  private latest = 0;

  now(): Date {
    const time = Math.floor(this.time);
    this.latest = this.latest - time > LARGEST_STANDSTILL_MS ? time : Math.max(time, this.latest);
    return new Date(this.latest);
  }

  override msUntil(instant: Date): number {
    return instant.getTime() - this.time;
  }

  /** Milliseconds that the clock followed is ahead of this computer's. */
  get driftMs(): number {
    return Math.round(this.time - Date.now());
  }

  /**
   * Takes a measurement: what the other clock showed at some moment between two, in elapsed time. A difference that
   * is within what the measurement may be wrong by changes nothing.
   */
  measured(other: Date, before: number, after: number): void {
    const uncertain = (after - before) / 2 + 1;
    const origin = other.getTime() - (before + after) / 2;
    if (Math.abs(origin - this.origin) > uncertain) this.origin = origin;
  }

  private get time(): number {
    return this.origin + this.elapsedMs();
  }
}
