import { describe, expect, test } from '@jest/globals';
import { type DueSchedule, settle, type Settlement } from './settlement.js';

const due = (fields: Partial<DueSchedule> = {}): DueSchedule => ({
  id: 7,
  schedule_interval: '* * * * *',
  timezone: 'UTC',
  next_run: new Date('2030-01-01T12:00:00Z'),
  unfinished: 0,
  ...fields,
});

/** `HH:MM trigger status missed_count` of each row, and when it is due next. */
function at(time: string, schedule = due()): string[] {
  const { runs, next_run }: Settlement = settle(schedule, new Date(`2030-01-01T${time}Z`));
  const rows = runs.map((run) =>
    [run.scheduled_for.toISOString().slice(11, 16), run.trigger, run.status, run.missed_count].join(' '),
  );
  return [...rows, `next ${next_run?.toISOString().slice(11, 16) ?? 'never'}`];
}

describe('settle', () => {
  test('what is claimed in time runs', () => {
    expect(at('12:00:00')).toEqual(['12:00 schedule queued 0', 'next 12:01']);
    expect(at('12:00:59')).toEqual(['12:00 schedule queued 0', 'next 12:01']);
  });

  test('of what has piled up the latest runs, and the others become one row', () => {
    expect(at('12:01:00')).toEqual(['12:00 catch_up missed 1', '12:01 catch_up queued 0', 'next 12:02']);
    expect(at('13:00:10')).toEqual(['12:00 catch_up missed 60', '13:00 catch_up queued 0', 'next 13:01']);
  });

  test('one occurrence that is late by more than a minute is a catch-up', () => {
    expect(at('12:01:00', due({ schedule_interval: '0 12 * * *' }))[0]).toBe('12:00 schedule queued 0');
    expect(at('12:01:01', due({ schedule_interval: '0 12 * * *' }))[0]).toBe('12:00 catch_up queued 0');
  });

  test('an occurrence is skipped while a run is unfinished, and its row says so', () => {
    const { runs } = settle(due({ unfinished: 1 }), new Date('2030-01-01T12:00:00Z'));
    expect(runs).toMatchObject([
      { status: 'skipped', error: 'the previous run of this schedule was not over' },
    ]);
  });
});
