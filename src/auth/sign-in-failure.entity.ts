import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../database/columns.js';

/** Attempts to sign in to one account, whether there is such an account or not, since the last that succeeded. */
@Entity('sign_in_failures')
export class SignInFailure {
  /** SHA-256 of the e-mail address: what people type there may be their password. */
  @PrimaryColumn('varchar')
  account: string;

  @Column('integer')
  attempts: number;

  @Index()
  @InstantColumn()
  last_at: Date;
}
