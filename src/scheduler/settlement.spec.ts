import { describe, expect, test } from '@jest/globals';
import { effort } from '../timing/effort.js';
import { type DueSchedule, settle, type Settlement } from './settlement.js';

const due = (fields: Partial<DueSchedule> = {}): DueSchedule => ({
  id: 7,
  schedule_interval: '* * * * *',
  timezone: 'UTC',
  next_run: new Date('2030-01-01T12:00:00Z'),
  start_at: null,
  end_at: null,
  created_at: new Date('2029-01-01T00:00:00Z'),
  misfire_policy: 'once',
  misfire_window_seconds: 86_400,
  overlap_policy: 'skip',
  max_runs: null,
  run_count: 0,
  jitter_seconds: 0,
  max_attempts: 3,
  unfinished: null,
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

  test('a catch-up that is older than the window is missed', () => {
    const hourly = due({ schedule_interval: '0 * * * *', misfire_window_seconds: 600 });
    expect(at('14:05:00', hourly)).toEqual([
      '12:00 catch_up missed 2',
      '14:00 catch_up queued 0',
      'next 15:00',
    ]);
    expect(at('14:15:00', hourly)).toEqual(['12:00 catch_up missed 3', 'next 15:00']);
  });

  test('skip runs only what is at most a minute late', () => {
    const skip = due({ schedule_interval: '0 * * * *', misfire_policy: 'skip' });
    expect(at('12:01:00', skip)).toEqual(['12:00 schedule queued 0', 'next 13:00']);
    expect(at('12:01:01', skip)).toEqual(['12:00 catch_up missed 1', 'next 13:00']);
    expect(at('14:00:30', skip)).toEqual([
      '12:00 catch_up missed 2',
      '14:00 catch_up queued 0',
      'next 15:00',
    ]);
  });

  test('all runs each, in order, the latest 100', () => {
    const all = due({ misfire_policy: 'all' });
    expect(at('12:02:10', all)).toEqual([
      '12:00 catch_up queued 0',
      '12:01 catch_up queued 0',
      '12:02 catch_up queued 0',
      'next 12:03',
    ]);
    const many = at('13:59:00', all);
    expect(many).toHaveLength(102);
    expect(many.slice(0, 2)).toEqual(['12:00 catch_up missed 20', '12:20 catch_up queued 0']);
    expect(many.slice(-2)).toEqual(['13:59 catch_up queued 0', 'next 14:00']);
  });

  test('max_runs ends the schedule, and nothing beyond is owed', () => {
    expect(at('12:00:00', due({ max_runs: 5, run_count: 3 }))).toEqual([
      '12:00 schedule queued 0',
      'next 12:01',
    ]);
    expect(at('12:00:00', due({ max_runs: 5, run_count: 4 }))).toEqual([
      '12:00 schedule queued 0',
      'next never',
    ]);
    expect(at('12:09:00', due({ max_runs: 5, run_count: 3, misfire_policy: 'all' }))).toEqual([
      '12:00 catch_up queued 0',
      '12:01 catch_up queued 0',
      'next never',
    ]);
  });

  test('end_at ends the schedule', () => {
    const bounded = due({ end_at: new Date('2030-01-01T12:02:00Z') });
    expect(at('12:10:00', bounded)).toEqual([
      '12:00 catch_up missed 2',
      '12:02 catch_up queued 0',
      'next never',
    ]);
  });

  test('jitter delays the run, by the same share always, and leaves its nominal time', () => {
    const jittered = due({ jitter_seconds: 30 });
    const [first] = settle(jittered, new Date('2030-01-01T12:00:00Z')).runs;
    const [again] = settle(jittered, new Date('2030-01-01T12:00:00Z')).runs;
    expect(first?.scheduled_for).toEqual(jittered.next_run);
    const delay = (first?.available_at.getTime() ?? 0) - jittered.next_run.getTime();
    expect(delay).toBeGreaterThanOrEqual(0);
    expect(delay).toBeLessThanOrEqual(30_000);
    expect(again?.available_at).toEqual(first?.available_at);
    const delays = Array.from({ length: 100 }, (_, id) => {
      const [run] = settle({ ...jittered, id }, new Date('2030-01-01T12:00:00Z')).runs;
      return run?.available_at.getTime();
    });
    expect(new Set(delays).size).toBeGreaterThan(90);
  });
});

describe('what settling costs', () => {
  /** What is computed to settle three days of downtime across a clock change, or as long as it was. */
  function steps(fields: Partial<DueSchedule>, now = new Date('2030-03-12T12:00:00Z')): number {
    const taken = effort();
    const zone = { timezone: 'America/New_York', next_run: new Date('2030-03-09T12:00:00Z') };
    settle(due({ ...zone, ...fields }), now);
    return taken();
  }

  test.each([
    ['every second', { schedule_interval: '* * * * * *' }],
    ['every second as fixed times', { schedule_interval: '0-59 0-59 0-23 * * *' }],
    ['the latest hundred', { schedule_interval: '* * * * * *', misfire_policy: 'all' }],
    ['a million runs', { schedule_interval: '* * * * * *', max_runs: 1_000_000, misfire_policy: 'all' }],
    ['a window of ten years', { schedule_interval: '* * * * * *', misfire_window_seconds: 315_360_000 }],
    ['jitter', { schedule_interval: '* * * * * *', jitter_seconds: 3600, misfire_policy: 'all' }],
    ['an end', { schedule_interval: '* * * * * *', end_at: new Date('2030-03-11T00:00:00Z') }],
    ['H', { schedule_interval: 'H/2 * * * * *' }],
    ['a date-time', { schedule_interval: '2030-03-09T12:00:00Z' }],
    ['a pattern that comes due every 28 years', { schedule_interval: '0 0 * 2 1#5' }],
  ] satisfies [string, Partial<DueSchedule>][])(
    'does not depend on how many there were: %s',
    (_name, fields) => {
      expect(steps(fields)).toBeLessThan(250);
    },
  );

  test('@every second since 1970 is arithmetic', () => {
    const since1970 = { schedule_interval: '@every 1s', created_at: new Date(0), next_run: new Date(1000) };
    expect(steps(since1970)).toBe(0);
  });
});

describe('overlaps', () => {
  const now = new Date('2030-01-01T12:00:00Z');
  const outcome = (
    fields: Partial<DueSchedule>,
  ): [string | undefined, string | null | undefined, boolean] => {
    const { runs, cancel } = settle(due(fields), now);
    return [runs[0]?.status, runs[0]?.error, cancel];
  };

  test.each([
    ['skip', null, 'queued', false],
    ['skip', 'running', 'skipped', false],
    ['skip', 'waiting', 'skipped', false],
    ['queue', 'running', 'queued', false],
    ['queue', 'waiting', 'skipped', false],
    ['allow', 'waiting', 'queued', false],
    ['cancel', 'running', 'queued', true],
  ] as const)('%s with one %s: %s', (overlap_policy, unfinished, status, cancel) => {
    const [got, error, canceled] = outcome({ overlap_policy, unfinished });
    expect([got, canceled]).toEqual([status, cancel]);
    if (status === 'skipped') expect(error).toContain(`overlap_policy ${overlap_policy}`);
  });

  test('what is made up for together is let through or held back together', () => {
    const later = new Date('2030-01-01T12:02:00Z');
    const catchUp = (fields: Partial<DueSchedule>): string[] =>
      settle(due({ misfire_policy: 'all', ...fields }), later).runs.map(({ status }) => status);
    expect(catchUp({ overlap_policy: 'skip' })).toEqual(['queued', 'queued', 'queued']);
    expect(catchUp({ overlap_policy: 'skip', unfinished: 'running' })).toEqual([
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(catchUp({ overlap_policy: 'queue', unfinished: 'running' })).toEqual([
      'queued',
      'queued',
      'queued',
    ]);
    expect(catchUp({ overlap_policy: 'queue', unfinished: 'waiting' })).toEqual([
      'skipped',
      'skipped',
      'skipped',
    ]);
  });

  test('a skipped occurrence does not count as a run', () => {
    expect(settle(due({ unfinished: 'running', max_runs: 1 }), now).next_run).not.toBeNull();
  });
});
