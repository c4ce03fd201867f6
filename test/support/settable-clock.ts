import { Clock } from '../../src/clock/clock.js';

/** A clock that stands still until a test moves it. */
export class SettableClock extends Clock {
  constructor(private instant = new Date()) {
    super();
  }

  now(): Date {
    return new Date(this.instant);
  }

  set(instant: Date | string): void {
    this.instant = new Date(instant);
  }

  advance(milliseconds: number): void {
    this.instant = new Date(this.instant.getTime() + milliseconds);
  }
}
