import { Injectable } from '@nestjs/common';

/** What time it is. Everything that decides by time asks here, so that tests can set it. */
export abstract class Clock {
  /** The current instant, to the millisecond. It may step, in either direction, whenever somebody sets the clock. */
  abstract now(): Date;

  /** Milliseconds since some moment in the past, by a clock that nobody sets: to see by that the other one stepped. */
  elapsedMs(): number {
    return performance.now();
  }

  /** Milliseconds until that instant, if nobody sets the clock meanwhile: to set a timer by. */
  msUntil(instant: Date): number {
    return instant.getTime() - this.now().getTime();
  }
}

@Injectable()
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
