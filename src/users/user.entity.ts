import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { CreatedAtColumn, InstantColumn } from '../database/columns.js';
import type { Role } from '../http/principal.js';

/** Names the lock of what counts, or must not change, for one user: quotas, password, what its schedules refer to. */
export const lockOfUser = (id: number): string => `user/${String(id)}`;

@Entity('users')
export class User {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('varchar')
  first_name: string;

  @Column('varchar')
  last_name: string;

  /** In lower case, so that it is unique without regard to case. */
  @Column('varchar', { unique: true })
  email: string;

  /** An argon2id hash. It never leaves the service. */
  @Column('varchar')
  password: string;

  @Column('varchar', { unique: true })
  phone: string;

  @Column('varchar', { nullable: true })
  photo: string | null;

  @Column('varchar', { default: 'member' })
  role: Role;

  @CreatedAtColumn()
  created_at: Date;

  @InstantColumn({ default: () => 'CURRENT_TIMESTAMP' })
  updated_at: Date;
}
