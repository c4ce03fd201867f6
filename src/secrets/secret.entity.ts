import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { CreatedAtColumn, InstantColumn } from '../database/columns.js';
import { User } from '../users/user.entity.js';

/** A value that actions use by its name (`{{secrets.NAME}}`) and that nobody can read back. */
@Entity('secrets')
@Unique('secrets_name', ['owner_id', 'name'])
export class Secret {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('integer')
  owner_id: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'owner_id' })
  owner?: User;

  @Column('varchar')
  name: string;

  /** Sealed by the vault for this row. It is read only by those who ask for it. */
  @Column('text', { select: false })
  value: string;

  @CreatedAtColumn()
  created_at: Date;

  @InstantColumn({ default: () => 'CURRENT_TIMESTAMP' })
  updated_at: Date;
}
