import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { CreatedAtColumn, InstantColumn } from '../database/columns.js';
import { User } from '../users/user.entity.js';

/** One sign-in. Its token is good as long as the row is there. */
@Entity('sessions')
export class Session {
  /** A random UUID; the token's `jti`. */
  @PrimaryColumn('varchar')
  id: string;

  @Index()
  @Column('integer')
  user_id: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user?: User;

  /** Where it was signed in from, and by what program. */
  @Column('varchar')
  address: string;

  @Column('varchar')
  user_agent: string;

  @CreatedAtColumn()
  created_at: Date;

  @InstantColumn()
  expires_at: Date;
}
