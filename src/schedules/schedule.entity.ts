import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import type { ActionPayload } from '../actions/dto/action.dto.js';
import { CreatedAtColumn, InstantColumn, JsonColumn } from '../database/columns.js';
import { User } from '../users/user.entity.js';
import type { Delivery, MisfirePolicy, OverlapPolicy, RetryPolicy } from './policies.js';

/**
 * What a user wants done, and when. `next_run` is the truth about when it is due: the claimer looks at
 * nothing else, so it is null whenever the schedule must not fire (disabled, completed or deleted).
 */
@Entity('schedules')
@Index('schedules_of_owner', ['owner_id', 'deleted_at'])
export class Schedule {
  @PrimaryGeneratedColumn()
  id: number;

  /** Null once the owner was deleted. */
  @Column('integer', { nullable: true })
  owner_id: number | null;

  @ManyToOne(() => User, { onDelete: 'SET NULL', nullable: true })
  @JoinColumn({ name: 'owner_id' })
  owner?: User | null;

  @Column('varchar')
  title: string;

  @Column('varchar', { nullable: true })
  description: string | null;

  /** True when no occurrence can follow, or when the user says so. */
  @Column('boolean', { default: false })
  is_completed: boolean;

  @Column('boolean', { default: true })
  enabled: boolean;

  /** Why the service disabled it; null when a user did, or when it is enabled. */
  @Column('varchar', { nullable: true })
  disabled_reason: string | null;

  /** Runs that failed or timed out since the latest one that succeeded. */
  @Index('schedules_failing', { where: '"consecutive_failures" > 0' })
  @Column('integer', { default: 0 })
  consecutive_failures: number;

  @Column('varchar')
  schedule_interval: string;

  /** An IANA time zone. */
  @Column('varchar', { default: 'UTC' })
  timezone: string;

  @JsonColumn()
  action: ActionPayload;

  /** Runs of all schedules of one lane share a limit; see {@link Action.lane}. */
  @Column('varchar', { nullable: true })
  lane: string | null;

  /** What its calls are signed with, sealed by the vault. Read only by those who ask for it. */
  @Column('text', { nullable: true, select: false })
  signing_secret: string | null;

  /** The one before, which goes on signing until then. */
  @Column('text', { nullable: true, select: false })
  previous_signing_secret: string | null;

  @InstantColumn({ nullable: true, select: false })
  previous_signing_until: Date | null;

  @Column('varchar', { default: 'skip' })
  overlap_policy: OverlapPolicy;

  @Column('varchar', { default: 'once' })
  misfire_policy: MisfirePolicy;

  /** A misfire older than this does not run, whatever the policy. */
  @Column('integer', { default: 86_400 })
  misfire_window_seconds: number;

  @JsonColumn()
  retry_policy: RetryPolicy;

  @Column('varchar', { default: 'at_least_once' })
  delivery: Delivery;

  /** No occurrence before; `@every` counts from it. */
  @InstantColumn({ nullable: true })
  start_at: Date | null;

  /** No occurrence after. */
  @InstantColumn({ nullable: true })
  end_at: Date | null;

  /** After so many runs the schedule is complete. */
  @Column('integer', { nullable: true })
  max_runs: number | null;

  /** Occurrences that were claimed to run. Manual runs and replays do not count. */
  @Column('integer', { default: 0 })
  run_count: number;

  /** Each occurrence is delayed by a stable share of this. */
  @Column('integer', { default: 0 })
  jitter_seconds: number;

  @JsonColumn()
  tags: string[];

  /** When the latest run was claimed. */
  @InstantColumn({ nullable: true })
  last_run: Date | null;

  @Index('schedules_due', { where: '"next_run" IS NOT NULL' })
  @InstantColumn({ nullable: true })
  next_run: Date | null;

  @CreatedAtColumn()
  created_at: Date;

  @InstantColumn({ default: () => 'CURRENT_TIMESTAMP' })
  updated_at: Date;

  /** Set instead of removing the row, so that what became of its runs stays readable. */
  @Index('schedules_deleted', { where: '"deleted_at" IS NOT NULL' })
  @InstantColumn({ nullable: true })
  deleted_at: Date | null;
}
