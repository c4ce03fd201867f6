import { CronPattern } from 'croner';

/** The times of the day of a cron pattern, apart from which days it is due. Times are seconds since midnight. */
export class DayTimes {
  private readonly seconds: number[];
  private readonly minutes: number[];
  private readonly hours: number[];

  constructor(pattern: string) {
    const { second, minute, hour } = new CronPattern(pattern, undefined, { mode: '6-part' });
    const values = (flags: number[]): number[] => flags.flatMap((flag, value) => (flag ? [value] : []));
    [this.seconds, this.minutes, this.hours] = [values(second), values(minute), values(hour)];
  }

  /** How many times lie in [from, to]. Whole hours and minutes are not looked into. */
  count(from: number, to: number): number {
    let count = 0;
    for (const hour of within(this.hours, 3600, from, to)) {
      if (hour >= from && hour + 3599 <= to) count += this.minutes.length * this.seconds.length;
      else
        for (const minute of within(this.minutes, 60, from - hour, to - hour)) {
          if (hour + minute >= from && hour + minute + 59 <= to) count += this.seconds.length;
          else count += within(this.seconds, 1, from - hour - minute, to - hour - minute).length;
        }
    }
    return count;
  }

  /** The times in [from, to], latest first. */
  *latestFirst(from: number, to: number): Generator<number> {
    for (const hour of within(this.hours, 3600, from, to).reverse()) {
      for (const minute of within(this.minutes, 60, from - hour, to - hour).reverse()) {
        for (const second of within(this.seconds, 1, from - hour - minute, to - hour - minute).reverse()) {
          yield hour + minute + second;
        }
      }
    }
  }
}

/** The values, in seconds, whose unit has any part in [from, to]. */
const within = (values: number[], unit: number, from: number, to: number): number[] =>
  values.map((value) => value * unit).filter((start) => start <= to && start + unit - 1 >= from);
