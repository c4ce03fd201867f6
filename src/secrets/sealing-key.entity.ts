import { Entity, PrimaryColumn } from 'typeorm';

/**
 * A key that sealed something that is stored, by its id. There may be more of them than are in use, never fewer: each is
 * written before the first value that it seals. So a start looks at a few rows, not at every sealed value.
 */
@Entity('sealing_keys')
export class SealingKey {
  @PrimaryColumn('varchar')
  id: string;
}
