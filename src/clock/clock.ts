import { Injectable } from '@nestjs/common';

/** What time it is. Everything that decides by time asks here, so that tests can set it. */
export abstract class Clock {
  /** The current instant, to the millisecond. */
  abstract now(): Date;

  /** What this computer's own clock shows at that instant: to set a timer by. */
  onThisComputer(instant: Date): Date {
    return instant;
  }
}

@Injectable()
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
