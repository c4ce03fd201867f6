import { Injectable } from '@nestjs/common';
import { UnitOfWork } from './unit-of-work.js';

/** More than the page that may be half free, so that a database at its limit cannot pass. */
const FILLER_BYTES = 16_384;

/** Finds out whether the database still takes writes, by writing: a full disk looks healthy to every read. */
@Injectable()
export class StorageProbe {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @throws whatever the database says when it cannot store */
  async run(): Promise<void> {
    await this.unitOfWork.transaction(async (manager) => {
      await manager.query('INSERT INTO storage_probe (filler) VALUES (zeroblob(?))', [FILLER_BYTES]);
      await manager.query('DELETE FROM storage_probe');
    });
  }
}
