import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { InstantColumn, JsonColumn } from '../database/columns.js';

/** Who did what to what, when, from where. Written in the transaction that did it, and never changed. */
@Entity('audit_log')
@Index('audit_log_actor', ['actor_id', 'id'])
@Index('audit_log_action', ['action', 'id'])
@Index('audit_log_target', ['target_id', 'id'])
@Index('audit_log_target_type', ['target_type', 'id'])
export class AuditEntry {
  @PrimaryGeneratedColumn()
  id: number;

  @Index()
  @InstantColumn()
  at: Date;

  /** Null for a visitor who was not signed in, and for the service itself. No foreign key: users go, entries stay. */
  @Column('integer', { nullable: true })
  actor_id: number | null;

  /** The API key that was used; null for a session. */
  @Column('integer', { nullable: true })
  api_key_id: number | null;

  /** Null for the service itself. */
  @Column('varchar', { nullable: true })
  address: string | null;

  @Column('varchar')
  action: string;

  @Column('varchar')
  target_type: string;

  @Column('integer', { nullable: true })
  target_id: number | null;

  /** Names, and which fields were changed; never a password or a secret. */
  @JsonColumn()
  details: Record<string, unknown>;
}
