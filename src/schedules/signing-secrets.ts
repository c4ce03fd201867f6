import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newSigningSecret } from '../actions/http/webhook-headers.js';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock/clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Principal } from '../http/principal.js';
import { found } from '../http/problems.js';
import { Vault } from '../secrets/vault.js';
import { reachable } from './schedule-filter.js';
import { Schedule } from './schedule.entity.js';

/** How long the secret before the current one goes on signing. */
const OVERLAP_MS = 86_400_000;

export interface RotatedSecret {
  readonly signing_secret: string;
  readonly previous_valid_until: Date;
}

/** The secrets that sign a schedule's calls. Every schedule has one from the start; rotating it shows the next. */
@Injectable()
export class SigningSecrets {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly vault: Vault,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** A first secret, sealed for the row of that id. */
  first(id: number): string {
    return this.vault.seal(newSigningSecret(), sealOwner(id));
  }

  /** The new secret, which is never shown again. The old one signs beside it for 24 hours. @throws NotFound */
  async rotate(caller: Principal, id: number): Promise<RotatedSecret> {
    const signing_secret = newSigningSecret();
    const updated_at = this.clock.now();
    const previous_valid_until = new Date(updated_at.getTime() + OVERLAP_MS);
    await this.unitOfWork.transaction(async (manager) => {
      await this.unitOfWork.dialect.lockRows(manager, 'schedules', [id]);
      const { signing_secret: previous } = await this.withSecret(manager, caller, id);
      await manager.update(Schedule, id, {
        signing_secret: this.vault.seal(signing_secret, sealOwner(id)),
        previous_signing_secret: previous,
        previous_signing_until: previous_valid_until,
        updated_at,
      });
      await this.audit.record(manager, caller, 'schedule.rotate_signing_secret', id);
    });
    return { signing_secret, previous_valid_until };
  }

  private async withSecret(manager: EntityManager, caller: Principal, id: number): Promise<Schedule> {
    const row = await manager.findOne(Schedule, {
      select: { id: true, signing_secret: true },
      where: { ...reachable(caller), id },
    });
    return found('schedule', id, row);
  }
}

const sealOwner = (id: number): string => `schedules/${String(id)}`;
