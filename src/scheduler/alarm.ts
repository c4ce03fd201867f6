import { CronJob, CronTime } from 'cron';

/**
 * How long it is until an alarm rings, as `cron` asks when the job starts and whenever its timer rings early. Its own answer
 * throws once the date is past, out of the timer, where nobody catches it: a millisecond between two readings of the
 * clock is enough. This one is never negative, and never more than what an alarm may wait.
 */
class AlarmTime extends CronTime {
  constructor(
    instant: Date,
    private readonly msUntil: () => number,
    private readonly longestMs: number,
  ) {
    super(instant, 'UTC');
  }

  override getTimeout(): number {
    return Math.min(Math.max(this.msUntil(), 0), this.longestMs);
  }
}

/** A `CronJob` that ticks once, at an instant that may be over already, and throws neither when it starts nor later. */
export function newAlarm(
  instant: Date,
  { msUntil, longestMs }: { msUntil: () => number; longestMs: number },
  onTick: () => void,
): CronJob {
  // In UTC, which exists: by a zone that the system names but luxon does not know, it would tick at once.
  const job = CronJob.from({ cronTime: instant, timeZone: 'UTC', onTick });
  job.setTime(new AlarmTime(instant, msUntil, longestMs));
  return job;
}
