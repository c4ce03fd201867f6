import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { InstantColumn } from '../database/columns.js';

/** A process of the service, as long as the others may count on it. Its row goes when it stops, or falls silent. */
@Entity('nodes')
export class Node {
  /** Never used twice: a node that fell silent comes back under another. */
  @PrimaryGeneratedColumn()
  id: number;

  /** Host and process, for people. */
  @Column('varchar')
  name: string;

  @InstantColumn()
  started_at: Date;

  /** Its latest sign of life, by the database's clock. */
  @InstantColumn()
  seen_at: Date;
}
