import type { Overview } from '@scheduler-service/client';

export type Hour = Overview['hours'][number];

export interface Tally {
  readonly good: number;
  readonly bad: number;
  /** What never ran, or was stopped: skipped, missed, cancelled, interrupted. */
  readonly other: number;
}

export const tallyOf = (hour: Hour): Tally => ({
  good: hour.succeeded,
  bad: hour.failed + hour.timed_out,
  other: hour.canceled + hour.interrupted + hour.skipped + hour.missed,
});

export const sumOf = (hours: readonly Hour[]): Tally =>
  hours.map(tallyOf).reduce(
    (sum, { good, bad, other }) => ({
      good: sum.good + good,
      bad: sum.bad + bad,
      other: sum.other + other,
    }),
    {
      good: 0,
      bad: 0,
      other: 0,
    },
  );
