import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { CreatedAtColumn, InstantColumn } from '../database/columns.js';
import { Schedule } from '../schedules/schedule.entity.js';
import { type RunStatus, UNFINISHED } from './run-state.js';

/** `schedule`: claimed in time. `catch_up`: claimed late, by the misfire policy. */
export const RUN_TRIGGERS = ['schedule', 'catch_up'] as const;

export type RunTrigger = (typeof RUN_TRIGGERS)[number];

/** What became of one occurrence, or (status `missed`) of `missed_count` occurrences in a row. */
@Entity('runs')
@Index('runs_one_per_occurrence', ['schedule_id', 'scheduled_for'], { unique: true })
@Index('runs_unfinished', ['schedule_id'], { where: `"status" IN (${UNFINISHED})` })
@Index('runs_of_schedule', ['schedule_id', 'id'])
export class Run {
  /** Never used twice, also after pruning: receivers know a run by it. */
  @PrimaryGeneratedColumn()
  id: number;

  @Column('integer')
  schedule_id: number;

  @ManyToOne(() => Schedule, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'schedule_id' })
  schedule?: Schedule;

  /** The occurrence; of several missed ones the first. */
  @InstantColumn()
  scheduled_for: Date;

  @Column('varchar')
  trigger: RunTrigger;

  @Column('varchar')
  status: RunStatus;

  /** Attempts started so far. */
  @Column('integer', { default: 0 })
  attempt: number;

  @InstantColumn({ nullable: true })
  started_at: Date | null;

  @InstantColumn({ nullable: true })
  finished_at: Date | null;

  /** From `scheduled_for` to the start of the latest attempt. */
  @Column('integer', { nullable: true })
  lateness_ms: number | null;

  /** Of the latest attempt. */
  @Column('integer', { nullable: true })
  duration_ms: number | null;

  /** Occurrences this row accounts for that did not run. */
  @Column('integer', { default: 0 })
  missed_count: number;

  @Column('text', { nullable: true })
  output: string | null;

  /** Why it failed, was skipped or was missed. */
  @Column('text', { nullable: true })
  error: string | null;

  @CreatedAtColumn()
  created_at: Date;
}
