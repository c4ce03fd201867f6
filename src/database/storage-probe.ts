import { Injectable } from '@nestjs/common';
import { UnitOfWork } from './unit-of-work.js';

/** More than the page that may be half free, so that a database at its limit cannot pass. */
const FILLER = Buffer.alloc(16_384, 'as good as any');

/** Finds out whether the database still takes writes, by writing: a full disk looks healthy to every read. */
@Injectable()
export class StorageProbe {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @throws whatever the database says when it cannot store */
  async run(): Promise<void> {
    await this.unitOfWork.transaction(async (manager) => {
      const { dialect } = this.unitOfWork;
      await dialect.change(manager, 'INSERT INTO storage_probe (filler) VALUES (?)', [FILLER]);
      await dialect.change(manager, 'DELETE FROM storage_probe');
    });
  }
}
