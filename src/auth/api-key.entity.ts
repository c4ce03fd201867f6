import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { CreatedAtColumn, InstantColumn, JsonColumn } from '../database/columns.js';
import type { Scope } from '../http/principal.js';
import { User } from '../users/user.entity.js';

/** A credential for programs, good until it expires or is revoked. */
@Entity('api_keys')
@Unique('api_keys_hash', ['hash'])
export class ApiKey {
  @PrimaryGeneratedColumn()
  id: number;

  @Index()
  @Column('integer')
  user_id: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user?: User;

  @Column('varchar')
  name: string;

  /** SHA-256 of the key. It has 256 random bits, so that no slower hash is needed. */
  @Column('varchar')
  hash: string;

  /** The beginning of the key, to tell keys apart. */
  @Column('varchar')
  hint: string;

  @JsonColumn()
  scopes: Scope[];

  @InstantColumn({ nullable: true })
  expires_at: Date | null;

  /** To the minute. */
  @InstantColumn({ nullable: true })
  last_used_at: Date | null;

  @CreatedAtColumn()
  created_at: Date;
}
