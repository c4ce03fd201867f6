import { Clock } from '../../src/clock/clock.js';

/** A clock that stands still until a test moves it. */
export class SettableClock extends Clock {
  private elapsed = 0;
  /** What a timer waits for an instant, whatever the clock shows: longer than a test takes. */
  timerMs = Infinity;

  constructor(private instant = new Date()) {
    super();
  }

  now(): Date {
    return new Date(this.instant);
  }

  override elapsedMs(): number {
    return this.elapsed;
  }

  override msUntil(): number {
    return this.timerMs;
  }

  /** Sets the clock, without any time passing. */
  set(instant: Date | string): void {
    this.instant = new Date(instant);
  }

  /** Lets time pass. */
  advance(milliseconds: number): void {
    this.elapsed += milliseconds;
    this.step(milliseconds);
  }

  /** Sets the clock to what it shows and so much, without any time passing. */
  step(milliseconds: number): void {
    this.instant = new Date(this.instant.getTime() + milliseconds);
  }
}
