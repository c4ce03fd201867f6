import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../clock/clock.js';
import { cannotStore } from '../database/storage-fault.js';
import { TooLate, within } from '../clock/deadline.js';
import { Recovery } from '../runs/recovery.js';
import { SCHEDULE_CREATED, SCHEDULE_UPDATED, type ScheduleEvent } from '../schedules/schedule.events.js';
import { Alarms } from './alarms.js';
import { type ClaimedSlice, Claimer } from './claimer.js';
import { ClockSteps } from './clock-steps.js';

const SWEEP_MS = 5000;

/** Longer than a database may take that is silent and has to be given up, and begun anew. */
const CLAIM_MS = 60_000;

/** The end of the service does not wait longer than this for a claim. */
const STOP_MS = 5000;

/** Claimed runs wait for the claims of others so long at most. */
const HOLD_MS = 500;

/**
 * Sees to it that what is due gets claimed. Alarms wake it in time; a sweep catches whatever had no alarm
 * (a clock that stepped, a computer that slept), so an alarm that is lost costs lateness, never a run. The sweep also
 * sets alarms for what another process has stored: that process may be dead by the time it is due.
 */
@Injectable()
export class SchedulerService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SchedulerService.name);
  private readonly ring = (): void =>
    void this.claimDue().catch((error: unknown) => {
      this.report(error);
    });
  /** Once until a sweep comes through again. */
  private readonly report = (error: unknown, what = 'due schedules cannot be claimed yet'): void => {
    if (this.failing) return;
    this.failing = true;
    this.logger.error(`${what}: ${String(error)}`);
  };
  /** One slice that cannot be handed over keeps none of the others: the next sweeps offer its runs again. */
  private readonly handOver = (slice: ClaimedSlice): void => {
    try {
      slice.handOver();
    } catch (error) {
      this.report(error, 'claimed runs cannot be handed over yet');
    }
  };
  private claiming: Promise<void> | undefined;
  /** Whether what a dead process left is settled; nothing is claimed before. */
  private recovered = false;
  private again = false;
  private failing = false;
  private sweepWaits = false;
  private stopped = false;
  private lastSweepMs = Number.NEGATIVE_INFINITY;
  private lastClaimMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly claimer: Claimer,
    private readonly alarms: Alarms,
    private readonly clockSteps: ClockSteps,
    private readonly recovery: Recovery,
    private readonly clock: Clock,
  ) {}

  /** Runs that a dead process left come first, then what fell due meanwhile, then alarms. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.recover();
    } catch (error) {
      // Reads are answered meanwhile, and each sweep tries again.
      if (!cannotStore(error)) throw error;
    }
    void this.sweep();
    await this.setAlarms();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    if (this.claiming) await within(STOP_MS, this.claiming).catch(this.report);
  }

  /**
   * Claims all that is due. Resolves when nothing is left; called meanwhile, it looks once more. Rejects when
   * the database cannot store: then nothing is lost, and the next sweep tries again.
   */
  claimDue(): Promise<void> {
    if (!this.recovered) return Promise.resolve();
    this.again = true;
    this.claiming ??= this.claimAll().finally(() => (this.claiming = undefined));
    return this.claiming;
  }

  /**
   * A sweep that waits for the claim that is under way, of a large herd for example, does afterwards what this one would.
   * It does not wait for ever: a slice that gets no answer is given up.
   */
  @Interval('sweep', SWEEP_MS)
  async sweepInTurn(): Promise<void> {
    if (!this.sweepWaits) await this.sweep();
  }

  async sweep(): Promise<void> {
    try {
      await this.recover();
      const mended = await this.mendSteps();
      const since = this.clock.now();
      await this.claimInSweep();
      await this.setAlarms(since);
      await this.recovery.settleSilent();
      await this.recovery.reclaim();
      await this.recovery.requeue();
      this.lastSweepMs = this.clock.elapsedMs();
      this.failing = !mended;
    } catch (error) {
      this.report(error);
    }
  }

  /** Whether it went well, so far. A pass over many schedules goes on beside the sweeps; none waits for it for long. */
  private async mendSteps(): Promise<boolean> {
    const mended = this.clockSteps.mend().then(
      () => true,
      (error: unknown) => {
        this.report(error, 'schedules that the clock had moved on too far cannot come back yet');
        return false;
      },
    );
    return within(SWEEP_MS, mended).catch(() => true);
  }

  private async claimInSweep(): Promise<void> {
    this.sweepWaits = true;
    try {
      await this.claimDue();
    } finally {
      this.sweepWaits = false;
    }
  }

  private async recover(): Promise<void> {
    if (this.recovered) return;
    await this.recovery.runOnce();
    this.recovered = true;
  }

  async setAlarms(since = this.clock.now()): Promise<void> {
    if (!this.stopped) await this.alarms.setAll(this.ring, since);
  }

  @OnEvent(SCHEDULE_CREATED)
  @OnEvent(SCHEDULE_UPDATED)
  onScheduleChanged({ next_run }: ScheduleEvent): void {
    if (next_run && !this.stopped) this.alarms.set(next_run, this.ring);
  }

  /** What does not go on, for whoever watches. A herd is claimed slice by slice, and the sweep comes through after it. */
  trouble(): string | undefined {
    if (this.isLate(this.lastClaimMs)) return 'due schedules are not being claimed';
    if (this.isLate(this.lastSweepMs) && !this.claiming)
      return 'what the queue has lost is not being restored';
    return undefined;
  }

  private isLate(lastMs: number): boolean {
    return this.clock.elapsedMs() - lastMs >= 3 * SWEEP_MS;
  }

  /** One that takes too long is given up, so that the next sweep claims; should it come after all, its runs are executed. */
  private async claimSlice(mayStart: boolean): Promise<ClaimedSlice> {
    const claiming = this.claimer.claimSlice(mayStart);
    try {
      return await within(CLAIM_MS, claiming);
    } catch (error) {
      if (error instanceof TooLate) claiming.then(this.handOver, () => undefined);
      throw error;
    }
  }

  /**
   * Claims come first: what is in writing is safe, whatever happens, so the runs of a herd are handed over once all
   * of it is claimed, slice by slice, but never held back for long.
   */
  private async claimAll(): Promise<void> {
    let held: ClaimedSlice[] = [];
    const handOver = async (): Promise<void> => {
      const slices = held;
      held = [];
      for (const slice of slices) {
        this.handOver(slice);
        if (slices.length > 1) await new Promise(setImmediate);
      }
    };
    let heldSince = this.clock.elapsedMs();
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        const slice = await this.claimSlice(held.length === 0);
        this.lastClaimMs = this.clock.elapsedMs();
        this.clockSteps.look();
        held.push(slice);
        // What was started must be known to the executor when somebody cancels it.
        if (!slice.more) await handOver();
        for (const instant of new Set(slice.nextRuns.map((next) => next?.getTime()))) {
          if (instant !== undefined) this.alarms.set(new Date(instant), this.ring);
        }
        if (slice.more) this.again = true;
        const now = this.clock.elapsedMs();
        if (now - heldSince >= HOLD_MS) {
          await handOver();
          heldSince = now;
        }
        // The API answers between slices.
        await new Promise(setImmediate);
      }
    } finally {
      await handOver();
    }
  }
}
