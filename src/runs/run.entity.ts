import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { CreatedAtColumn, InstantColumn, JsonColumn } from '../database/columns.js';
import { Schedule } from '../schedules/schedule.entity.js';
import { NOTABLE, type RunStatus, UNFINISHED } from './run-state.js';

/**
 * Why there is a run. `schedule`: its occurrence was claimed in time; `catch_up`: late, by the misfire policy;
 * `manual`: a user asked for it; `replay`: a user asked for another run once more.
 */
export const RUN_TRIGGERS = ['schedule', 'catch_up', 'manual', 'replay'] as const;
export type RunTrigger = (typeof RUN_TRIGGERS)[number];

/** Triggers that stand for an occurrence, of which there must be one run only. */
export const OF_OCCURRENCE = `"trigger" IN ('schedule', 'catch_up')`;

const IS_NOTABLE = `"status" ${NOTABLE}`;

/** An attempt that was not the last. */
export interface EarlierAttempt {
  readonly attempt: number;
  readonly started_at: string;
  /** Null when its node died in it. */
  readonly duration_ms: number | null;
  readonly status_code: number | null;
  readonly error: string;
  readonly output: string | null;
}

/** What became of one occurrence, of `missed_count` occurrences in a row (status `missed`), or of a trigger. */
@Entity('runs')
@Index('runs_of_schedule', ['schedule_id', 'scheduled_for', 'of_occurrence'], { unique: true })
@Index('runs_unfinished', ['schedule_id'], { where: `"status" IN (${UNFINISHED})` })
@Index('runs_queued', ['available_at'], { where: `"status" = 'queued'` })
@Index('runs_finished', ['finished_at'], { where: `"finished_at" IS NOT NULL` })
@Index('runs_by_time', ['scheduled_for', 'id'])
@Index('runs_of_owner', ['owner_id', 'scheduled_for', 'id'])
@Index('runs_notable', ['status', 'scheduled_for', 'id'], { where: IS_NOTABLE })
@Index('runs_notable_of_owner', ['owner_id', 'status', 'scheduled_for', 'id'], { where: IS_NOTABLE })
@Index('runs_notable_of_schedule', ['schedule_id', 'status', 'scheduled_for', 'id'], { where: IS_NOTABLE })
export class Run {
  /** Never used twice, also after pruning: receivers know a run by it. */
  @PrimaryGeneratedColumn()
  id: number;

  @Column('integer')
  schedule_id: number;

  @ManyToOne(() => Schedule, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'schedule_id' })
  schedule?: Schedule;

  /** Who owned the schedule then; it may be gone. Lists of a member's runs must not look at everyone's. */
  @Column('integer', { nullable: true })
  owner_id: number | null;

  /** The occurrence; of several missed ones the first; of a manual run the instant it was asked for. */
  @InstantColumn()
  scheduled_for: Date;

  @Column('varchar')
  trigger: RunTrigger;

  /**
   * 1 for an occurrence, of which there can be one run only; null, which equals no other null, for what a user asked
   * for. So one index keeps occurrences unique and finds a schedule's runs: with thousands of schedules, each index
   * that begins with the schedule costs a run more than all others together.
   */
  @Column('integer', { nullable: true })
  of_occurrence: 1 | null;

  @Column('varchar')
  status: RunStatus;

  /** The node that started the latest attempt, and alone may say how it ended. */
  @Column('integer', { nullable: true })
  node_id: number | null;

  /** Attempts started so far. */
  @Column('integer', { default: 0 })
  attempt: number;

  @Column('integer', { default: 1 })
  max_attempts: number;

  /** Not started before: `scheduled_for` and its jitter, then the end of a backoff. */
  @InstantColumn({ default: () => 'CURRENT_TIMESTAMP' })
  available_at: Date;

  /** Of the latest attempt. */
  @InstantColumn({ nullable: true })
  started_at: Date | null;

  @InstantColumn({ nullable: true })
  finished_at: Date | null;

  /** From `scheduled_for` to the start of the first attempt. */
  @Column('integer', { nullable: true })
  lateness_ms: number | null;

  /** Of the latest attempt. */
  @Column('integer', { nullable: true })
  duration_ms: number | null;

  /** Occurrences this row accounts for that did not run. */
  @Column('integer', { default: 0 })
  missed_count: number;

  /** Of the answer to an HTTP call. */
  @Column('integer', { nullable: true })
  status_code: number | null;

  @Column('text', { nullable: true })
  output: string | null;

  /** Why it failed, was canceled, skipped or missed. */
  @Column('text', { nullable: true })
  error: string | null;

  @JsonColumn({ default: '[]' })
  attempts: EarlierAttempt[];

  @CreatedAtColumn()
  created_at: Date;
}
