import type { RunStatus } from '../runs/run-state.js';
import type { RunTrigger } from '../runs/run.entity.js';
import type { HourDto } from './dto/overview.dto.js';

const HOUR_MS = 3_600_000;

/** What is counted of a run. */
export interface TalliedRun {
  readonly scheduled_for: Date;
  readonly status: RunStatus;
  readonly trigger: RunTrigger;
  readonly lateness_ms: number | null;
  readonly missed_count: number;
}

export const hourOf = (instant: Date): Date => new Date(Math.floor(instant.getTime() / HOUR_MS) * HOUR_MS);

export const hoursBefore = (instant: Date, hours: number): Date =>
  new Date(instant.getTime() - hours * HOUR_MS);

/** Counts runs by the hour they were scheduled for. */
export class HourTally {
  private readonly hours = new Map<number, { counts: HourDto; latenesses: number[] }>();

  add({ scheduled_for, status, trigger, lateness_ms, missed_count }: TalliedRun): void {
    const { counts, latenesses } = this.hour(hourOf(scheduled_for));
    if (status === 'missed') counts.missed += missed_count;
    else if (status !== 'queued' && status !== 'running') counts[status]++;
    // Nobody waited for a run that was asked for later.
    if (lateness_ms !== null && trigger !== 'manual' && trigger !== 'replay') latenesses.push(lateness_ms);
  }

  /** Every hour from that of `from` to that of `to`, in order. */
  between(from: Date, to: Date): HourDto[] {
    const hours: HourDto[] = [];
    for (let at = hourOf(from); at <= to; at = new Date(at.getTime() + HOUR_MS)) {
      const { counts, latenesses } = this.hour(at);
      latenesses.sort((a, b) => a - b);
      counts.lateness_p50_ms = latenesses[Math.ceil(latenesses.length / 2) - 1] ?? null;
      counts.lateness_max_ms = latenesses.at(-1) ?? null;
      hours.push(counts);
    }
    return hours;
  }

  private hour(at: Date): { counts: HourDto; latenesses: number[] } {
    const known = this.hours.get(at.getTime());
    if (known) return known;
    const counts: HourDto = {
      ...{ at, succeeded: 0, failed: 0, timed_out: 0, canceled: 0, interrupted: 0, skipped: 0, missed: 0 },
      ...{ lateness_p50_ms: null, lateness_max_ms: null },
    };
    const hour = { counts, latenesses: [] };
    this.hours.set(at.getTime(), hour);
    return hour;
  }
}
