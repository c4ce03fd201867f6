import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { Equal, type EntityManager, LessThan, type Repository } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { instantText } from '../database/columns.js';
import { deleteInSlices } from '../database/delete-in-slices.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { cappedCount, type Page, pageOf } from '../http/page.js';
import { isSignedIn, type Principal, type Visitor } from '../http/principal.js';
import { AuditEntry } from './audit-entry.entity.js';
import type { AuditQuery } from './dto/audit-entry.dto.js';

/** What can be done to what: `<target>.<verb>`. */
export type AuditAction =
  | `user.${'create' | 'update' | 'delete'}`
  | `schedule.${'create' | 'update' | 'delete' | 'disable' | 'rotate_signing_secret'}`
  | `run.${'trigger' | 'cancel' | 'replay'}`
  | `secret.${'create' | 'update' | 'delete'}`
  | `api_key.${'create' | 'delete'}`
  | `session.${'create' | 'refuse' | 'delete'}`;

/** The service itself, when it acts on nobody's request. */
export const SERVICE = { address: null } as const;

/** The audit log. Nothing but its retention removes what is in it. */
@Injectable()
export class AuditService {
  constructor(
    @InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>,
    private readonly unitOfWork: UnitOfWork,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Writes an entry in the transaction of what it tells of, so that neither is there without the other. */
  async record(
    manager: EntityManager,
    actor: Principal | Visitor | typeof SERVICE,
    action: AuditAction,
    target_id: number | null,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    const principal = actor.address !== null && isSignedIn(actor) ? actor : undefined;
    await manager.insert(AuditEntry, {
      ...{
        at: this.clock.now(),
        action,
        target_type: action.split('.')[0] ?? '',
        target_id,
        address: actor.address,
      },
      actor_id: principal?.userId ?? null,
      api_key_id: principal?.credential.kind === 'api_key' ? principal.credential.id : null,
      details: details as object,
    });
  }

  /** Newest first. */
  async list({
    limit,
    cursor,
    actor_id,
    action,
    target_type,
    target_id,
  }: AuditQuery): Promise<Page<AuditEntry>> {
    const where = {
      ...(actor_id !== undefined && { actor_id: Equal(actor_id) }),
      ...(action !== undefined && { action: Equal(action) }),
      ...(target_type !== undefined && { target_type: Equal(target_type) }),
      ...(target_id !== undefined && { target_id: Equal(target_id) }),
    };
    const [total, rows] = await Promise.all([
      cappedCount(this.entries.createQueryBuilder('entry').where(where)),
      this.entries.find({
        where: { ...where, ...(cursor !== undefined && { id: LessThan(Number(cursor)) }) },
        order: { id: 'DESC' },
        take: limit + 1,
      }),
    ]);
    return pageOf(rows, limit, total);
  }

  @Interval('prune-audit-log', 3_600_000)
  async prune(): Promise<void> {
    const limit = instantText(new Date(this.clock.now().getTime() - this.config.auditRetentionMs));
    await deleteInSlices(this.unitOfWork, 'audit_log', 'SELECT id FROM audit_log WHERE at < ? ORDER BY at', [
      limit,
    ]);
  }
}
