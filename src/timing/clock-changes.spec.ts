import { describe, expect, test } from '@jest/globals';
import { type ClockChange, clockChanges } from './clock-change.js';
import { nextOccurrence, type Timing } from './next-occurrence.js';
import { offsetAt } from './time-zone.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Years with everything the world's clocks do nowadays, and with the day that Samoa left out (2011-12-30). */
const PERIODS = [
  ['2010-06-01T00:00Z', '2012-06-01T00:00Z'],
  ['2024-01-01T00:00Z', '2028-01-01T00:00Z'],
] as const;

/** Every clock change of every IANA zone in these years; one zone for all that change alike at the same instant. */
function everyClockChange(): Map<string, { zone: string; change: ClockChange }> {
  const found = new Map<string, { zone: string; change: ClockChange }>();
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    for (const [from, to] of PERIODS) {
      for (const change of clockChanges(zone, Date.parse(from), Date.parse(to))) {
        found.set(JSON.stringify(change), { zone, change });
      }
    }
  }
  return found;
}

/** A pattern as sets of values, read in the simplest way: every day, at second 0. */
interface Times {
  readonly text: string;
  readonly minutes: (minute: number) => boolean;
  readonly hours: (hour: number) => boolean;
}

const always = (): boolean => true;
const among =
  (...values: number[]) =>
  (value: number): boolean =>
    values.includes(value);

const WILD: Times[] = [
  { text: '*/30 * * * *', minutes: (minute) => minute % 30 === 0, hours: always },
  { text: '15 * * * *', minutes: among(15), hours: always },
  { text: '*/20 2 * * *', minutes: (minute) => minute % 20 === 0, hours: among(2) },
  { text: '* 0-1 * * *', minutes: always, hours: among(0, 1) },
];
const FIXED: Times[] = [
  { text: '30 2 * * *', minutes: among(30), hours: among(2) },
  { text: '0,45 0-3 * * *', minutes: among(0, 45), hours: among(0, 1, 2, 3) },
  { text: '10-50/20 1,2,23 * * *', minutes: among(10, 30, 50), hours: among(1, 2, 23) },
  { text: '0 0 * * *', minutes: among(0), hours: among(0) },
  { text: '59 23 * * *', minutes: among(59), hours: among(23) },
];

const matches = ({ minutes, hours }: Times, local: number): boolean => {
  const clock = new Date(local);
  return minutes(clock.getUTCMinutes()) && hours(clock.getUTCHours());
};

/** The rule, read minute by minute: what the clock on the wall shows, when and how often. */
class Wall {
  private readonly shown = new Map<number, number>();
  readonly readings: [instant: number, local: number][] = [];

  constructor(
    zone: string,
    private readonly change: ClockChange,
    readonly from: number,
    readonly to: number,
  ) {
    for (let instant = from; instant < to; instant += MINUTE) {
      const local = instant + offsetAt(zone, instant);
      this.readings.push([instant, local]);
      if (!this.shown.has(local)) this.shown.set(local, instant);
    }
  }

  /** Patterns with `*` fire whenever the wall shows a time that matches. */
  wild(times: Times): number[] {
    return this.readings.filter(([, local]) => matches(times, local)).map(([instant]) => instant);
  }

  /** Fixed times fire when the wall shows them first; those it never shows, at the end of the gap. */
  fixed(times: Times): number[] {
    const [, first] = this.readings[0] ?? [0, 0];
    const [, last] = this.readings.at(-1) ?? [0, 0];
    const fired = new Set<number>();
    for (let local = first; local <= last; local += MINUTE) {
      if (matches(times, local)) fired.add(this.shown.get(local) ?? this.change.at);
    }
    return [...fired].sort((a, b) => a - b);
  }
}

function computed(text: string, timezone: string, from: number, to: number): number[] {
  const timing: Timing = {
    ...{ schedule_interval: text, timezone, start_at: null, end_at: null, created_at: new Date(0), id: 1 },
  };
  const instants: number[] = [];
  let next = nextOccurrence(timing, new Date(from - 1));
  while (next && next.getTime() < to) {
    instants.push(next.getTime());
    next = nextOccurrence(timing, next);
  }
  return instants;
}

const readable = (instants: number[]): string[] => instants.map((instant) => new Date(instant).toISOString());

describe('every clock change of every zone', () => {
  const changes = [...everyClockChange().values()];

  test('there are many, of an hour and of others', () => {
    expect(changes.length).toBeGreaterThan(200);
    const sizes = new Set(changes.map(({ change }) => Math.abs(change.after - change.before) / MINUTE));
    expect(sizes).toEqual(new Set([...sizes, 30, 60, 120, 1440]));
  });

  test('occurrences are what a minute-by-minute reading of the wall clock says', () => {
    const wrong: object[] = [];
    let compared = 0;
    for (const { zone, change } of changes) {
      const size = Math.abs(change.after - change.before);
      // Whole minutes: some zones had offsets with seconds, which no wall clock of minutes shows.
      const from = Math.floor(change.at / MINUTE) * MINUTE - size - 6 * 60 * MINUTE;
      const wall = new Wall(zone, change, from, change.at + Math.max(size, DAY / 4) + DAY / 4);
      for (const times of [...WILD, ...FIXED]) {
        const expected = WILD.includes(times) ? wall.wild(times) : wall.fixed(times);
        const got = computed(times.text, zone, wall.from, wall.to);
        compared++;
        if (readable(got).join() !== readable(expected).join()) {
          wrong.push({ zone, pattern: times.text, got: readable(got), expected: readable(expected) });
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(compared).toBeGreaterThan(1800);
  }, 120_000);
});

test('in every zone, every answer is strictly later than the question', () => {
  const patterns = ['* * * * *', '30 2 * * *', '*/7 */5 * * *', '0 0 29 2 *', '@every 47m'];
  for (const timezone of Intl.supportedValuesOf('timeZone')) {
    for (const schedule_interval of patterns) {
      const timing = {
        schedule_interval,
        timezone,
        start_at: null,
        end_at: null,
        created_at: new Date(0),
        id: 1,
      };
      let after = new Date('2026-03-28T22:59:59.999Z');
      for (let n = 0; n < 3; n++) {
        const next = nextOccurrence(timing, after);
        expect(next && next > after).toBe(true);
        after = next ?? after;
      }
    }
  }
}, 60_000);
