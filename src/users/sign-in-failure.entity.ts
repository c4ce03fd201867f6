import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { InstantColumn } from '../database/columns.js';

/**
 * Attempts to sign in to one account, whether there is such an account or not, since the last that succeeded: from one
 * place, or from all places together from which nobody signed in to it before.
 */
@Entity('sign_in_failures')
export class SignInFailure {
  /**
   * SHA-256 of the e-mail address, because what people type there may be their password; alone for all unknown places
   * together, or followed by a slash and the place.
   */
  @PrimaryColumn('varchar')
  account: string;

  @Column('integer')
  attempts: number;

  @Index()
  @InstantColumn()
  last_at: Date;

  /** When somebody last signed in from this place. */
  @InstantColumn({ nullable: true })
  succeeded_at: Date | null;
}
