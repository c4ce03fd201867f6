import { type ClockChange, clockChanges } from './clock-change.js';
import { describeInterval } from './describe-interval.js';
import { type Timing, upcomingOccurrences } from './next-occurrence.js';
import { offsetText } from './offset-text.js';
import { followsWallClock, parseInterval, patternOf } from './schedule-interval.js';
import { offsetAt } from './time-zone.js';

/** An occurrence as an instant, and on the clock of the zone: `2026-03-29T09:00:00`, `+02:00`. */
export interface ClockReading {
  readonly at: Date;
  readonly local: string;
  readonly offset: string;
}

/** What a schedule would do. */
export interface Preview {
  readonly description: string;
  readonly occurrences: ClockReading[];
  readonly warnings: string[];
}

const DAY = 86_400_000;

/** The `id` of a schedule that has none yet. */
export const UNSAVED = 0;

/** The next `count` occurrences after an instant, and what may surprise about them. @throws InvalidInterval */
export function preview(timing: Timing, after: Date, count: number): Preview {
  const instants = upcomingOccurrences(timing, after, count);
  return {
    description: describeInterval(timing.schedule_interval, timing.id),
    occurrences: instants.map((at) => onClock(at, timing.timezone)),
    warnings: [
      ...hashWarning(timing),
      ...scarcityWarning(instants, count),
      ...clockWarnings(timing, after, instants),
    ],
  };
}

/** What the clock of a zone shows at an instant. */
export function onClock(at: Date, timezone: string): ClockReading {
  const offset = offsetAt(timezone, at.getTime());
  return { at, local: reading(at.getTime() + offset), offset: offsetText(offset) };
}

const reading = (local: number): string => new Date(local).toISOString().replace(/(\.000)?Z$/, '');

function hashWarning({ id, schedule_interval }: Timing): string[] {
  const interval = parseInterval(schedule_interval);
  return id === UNSAVED && interval.kind === 'cron' && interval.hashed
    ? ['H stands for values that are chosen when the schedule is created: these times are an example.']
    : [];
}

function scarcityWarning(instants: Date[], count: number): string[] {
  if (instants.length === 0) return ['There is no occurrence after that instant.'];
  if (instants.length < count) {
    return [
      `There ${instants.length === 1 ? 'is' : 'are'} only ${String(instants.length)}; then none follows.`,
    ];
  }
  const [first, second] = instants;
  const days = first && second ? Math.round((second.getTime() - first.getTime()) / DAY) : 0;
  return days > 366 ? [`Occurrences are rare: the first two are ${String(days)} days apart.`] : [];
}

/** What becomes of the schedule at the clock changes among the occurrences shown, of the first year at most. */
function clockWarnings(timing: Timing, after: Date, instants: Date[]): string[] {
  const last = Math.min(instants.at(-1)?.getTime() ?? 0, after.getTime() + 400 * DAY);
  return clockChanges(timing.timezone, after.getTime(), last).map((change) => clockWarning(timing, change));
}

function clockWarning(timing: Timing, { at, before, after }: ClockChange): string {
  const [date = '', time = ''] = reading(at + before).split('T');
  const minutes = String(Math.abs(after - before) / 60_000);
  const what = `The clock goes ${after > before ? 'forward' : 'back'} by ${minutes} minutes on ${date} at ${time.slice(0, 5)}`;
  if (after > before) {
    return `${what}: ${isFixed(timing) ? 'a time it skips fires at the end of the gap' : 'the times it skips do not fire'}.`;
  }
  return `${what}: ${isFixed(timing) ? 'a time that comes twice fires once' : 'the times that come twice fire twice'}.`;
}

/** Whether the schedule names times of the day, instead of following the clock. */
function isFixed({ schedule_interval, id }: Timing): boolean {
  const interval = parseInterval(schedule_interval);
  return interval.kind === 'once' || (interval.kind === 'cron' && !followsWallClock(patternOf(interval, id)));
}
