import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'scheduler_';

/** Seconds, from a millisecond to ten minutes. */
const LATENESS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600];
const DURATION = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
const SHORT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What the service measures of itself, for Prometheus. Names and units follow its conventions: seconds, `_total`. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  readonly contentType = this.registry.contentType;
  private readonly registers = [this.registry];

  readonly fires = new Counter({
    ...{ name: `${PREFIX}occurrences_total`, registers: this.registers, labelNames: ['status'] as const },
    help: 'Rows that claims made for occurrences, by the status they began with (queued, skipped, missed).',
  });

  readonly claimSlice = new Histogram({
    ...{ name: `${PREFIX}claim_slice_seconds`, registers: this.registers, buckets: SHORT },
    help: 'Time a claim took for one slice of due schedules, its commit included.',
  });

  readonly lateness = new Histogram({
    ...{ name: `${PREFIX}run_lateness_seconds`, registers: this.registers, buckets: LATENESS },
    help: 'From an occurrence to the start of its first attempt. Manual runs and replays are left out.',
  });

  readonly attempts = new Histogram({
    ...{ name: `${PREFIX}attempt_duration_seconds`, registers: this.registers, buckets: DURATION },
    help: 'Time attempts took.',
  });

  readonly runs = new Counter({
    ...{ name: `${PREFIX}runs_total`, registers: this.registers, labelNames: ['status'] as const },
    help: 'Attempts that ended, by what became of their run (queued: it is tried again).',
  });

  readonly queued = new Gauge({
    ...{ name: `${PREFIX}queue_depth`, registers: this.registers, labelNames: ['state'] as const },
    help: 'Runs in the run queue of this process: ready for a place, waiting in a full lane, waiting for their time, active.',
  });

  readonly alarms = new Gauge({
    ...{ name: `${PREFIX}alarms`, registers: this.registers },
    help: 'Alarms that are set.',
  });

  readonly clockDrift = new Gauge({
    ...{ name: `${PREFIX}clock_drift_seconds`, registers: this.registers },
    help: "How far the database server's clock, which is followed, is ahead of this computer's.",
  });

  readonly clockSteps = new Counter({
    ...{ name: `${PREFIX}clock_steps_back_total`, registers: this.registers },
    help: 'How often the clock was found set back, and schedules that had moved on too far were brought back.',
  });

  readonly faults = new Counter({
    ...{ name: `${PREFIX}uncaught_faults_total`, registers: this.registers, labelNames: ['origin'] as const },
    help: 'Faults that nobody caught, by where they came from (callback, promise). The log has their stacks.',
  });

  readonly requests = new Histogram({
    ...{ name: `${PREFIX}http_request_duration_seconds`, registers: this.registers, buckets: SHORT },
    labelNames: ['method', 'route', 'status'] as const,
    help: 'Time requests to the API took.',
  });

  readonly streams = new Gauge({
    ...{ name: `${PREFIX}event_streams`, registers: this.registers },
    help: 'Streams of events that are open.',
  });

  private readonly sources: (() => void)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** `source` sets gauges to what they are when somebody looks. */
  beforeScrape(source: () => void): void {
    this.sources.push(source);
  }

  /** All of it in Prometheus's text format. */
  text(): Promise<string> {
    for (const source of this.sources) source();
    return this.registry.metrics();
  }
}
