import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { countSealed } from './sealed-columns.js';
import { SealingKey } from './sealing-key.entity.js';
import { MissingKeys, Vault } from './vault.js';

/** Looks up at the start whether every key is there that anything stored needs. */
@Injectable()
export class SealingKeys implements OnModuleInit {
  constructor(
    @InjectRepository(SealingKey) private readonly keys: Repository<SealingKey>,
    private readonly unitOfWork: UnitOfWork,
    private readonly vault: Vault,
    private readonly config: AppConfig,
  ) {}

  /** A service without a key would fail every run that needs it. @throws MissingKeys */
  async onModuleInit(): Promise<void> {
    const { dialect } = this.unitOfWork;
    const used = (await this.keys.find()).map(({ id }) => id);
    const unknown = used.filter((id) => !this.vault.has(id));
    if (unknown.length > 0) {
      const sealed = await countSealed(this.keys.manager, dialect);
      const missing = sealed.filter(({ key }) => unknown.includes(key));
      if (missing.length > 0) throw new MissingKeys(missing, this.vault.ids, this.config.encryptionKeys);
    }
    // Other nodes may be about to seal their first value with one of these.
    const unused = this.config.redisUrl === undefined ? unknown : [];
    const { currentId } = this.vault;
    if (used.includes(currentId) && unused.length === 0) return;
    await this.unitOfWork.transaction(async (manager) => {
      await noteKey(manager, currentId);
      if (unused.length > 0) await manager.delete(SealingKey, unused);
    });
  }
}

/** To be called before the key seals anything. */
export async function noteKey(manager: EntityManager, id: string): Promise<void> {
  await manager.createQueryBuilder().insert().into(SealingKey).values({ id }).orIgnore().execute();
}
