import type { CronPattern } from 'croner';

/** The times of the day of a cron pattern, apart from which days it is due. Times are seconds since midnight. */
export class DayTimes {
  private readonly seconds: readonly number[];
  private readonly minutes: readonly number[];
  private readonly hours: readonly number[];
  /** The first time of the day. */
  readonly first: number;
  /** How many times a day has. */
  readonly all: number;

  constructor({ second, minute, hour }: CronPattern) {
    this.seconds = values(second, 1);
    this.minutes = values(minute, 60);
    this.hours = values(hour, 3600);
    this.first = (this.hours[0] ?? 0) + (this.minutes[0] ?? 0) + (this.seconds[0] ?? 0);
    this.all = this.hours.length * this.minutes.length * this.seconds.length;
  }

  /** The first time from `from` on, or undefined when the day has none. */
  next(from: number): number | undefined {
    for (const hour of this.hours) {
      if (hour + 3599 < from) continue;
      for (const minute of this.minutes) {
        if (hour + minute + 59 < from) continue;
        const second = this.seconds.find((value) => hour + minute + value >= from);
        if (second !== undefined) return hour + minute + second;
      }
    }
    return undefined;
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

/** The values that a field of a pattern names, in seconds. */
const values = (flags: readonly number[], unit: number): number[] =>
  flags.flatMap((flag, value) => (flag ? [value * unit] : []));

/** The values whose unit has any part in [from, to]. */
const within = (values: readonly number[], unit: number, from: number, to: number): number[] =>
  values.filter((start) => start <= to && start + unit - 1 >= from);
