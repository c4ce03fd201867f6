import { Injectable } from '@nestjs/common';
import { UnitOfWork } from './unit-of-work.js';

/** More than the page that may be half free, so that a database at its limit cannot pass. */
const FILLER = Buffer.alloc(16_384, 'as good as any');

/** Finds out whether the database still takes writes, by writing: a full disk looks healthy to every read. */
@Injectable()
export class StorageProbe {
  private running: Promise<void> | undefined;

  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * One at a time: those who ask while a database is silent must not take all of its connections.
   *
   * @throws whatever the database says when it cannot store
   */
  run(): Promise<void> {
    return (this.running ??= this.write().finally(() => (this.running = undefined)));
  }

  private async write(): Promise<void> {
    await this.unitOfWork.transaction(async (manager) => {
      const { dialect } = this.unitOfWork;
      await dialect.change(manager, 'INSERT INTO storage_probe (filler) VALUES (?)', [FILLER]);
      await dialect.change(manager, 'DELETE FROM storage_probe');
    });
  }
}
