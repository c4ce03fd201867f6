import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { Equal, type EntityManager, type Repository } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { instantText } from '../database/columns.js';
import { deleteInSlices } from '../database/delete-in-slices.js';
import type { ValueType } from '../database/dialect.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Page } from '../http/page.js';
import { byId, readPage } from '../http/page-reader.js';
import { isSignedIn, type Principal, type Visitor } from '../http/principal.js';
import { Forbidden, NotSignedIn } from '../http/problems.js';
import { AuditEntry } from './audit-entry.entity.js';
import type { AuditQuery } from './dto/audit-entry.dto.js';
import { type Standing, standing } from './standing.js';

/** What can be done to what: `<target>.<verb>`. */
export type AuditAction =
  | `user.${'create' | 'update' | 'refuse' | 'delete'}`
  | `schedule.${'create' | 'update' | 'delete' | 'disable' | 'rotate_signing_secret'}`
  | `run.${'trigger' | 'cancel' | 'replay'}`
  | `secret.${'create' | 'update' | 'delete'}`
  | `api_key.${'create' | 'delete'}`
  | `session.${'create' | 'refuse' | 'delete'}`;

/** The service itself, when it acts on nobody's request. */
export const SERVICE = { address: null } as const;

const COLUMNS = {
  at: 'instant',
  actor_id: 'integer',
  api_key_id: 'integer',
  address: 'text',
  action: 'text',
  target_type: 'text',
  target_id: 'integer',
  details: 'text',
} as const satisfies Partial<Record<keyof AuditEntry, ValueType>>;

/** The audit log. Nothing but its retention removes what is in it. */
@Injectable()
export class AuditService {
  constructor(
    @InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>,
    private readonly unitOfWork: UnitOfWork,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes an entry in the transaction of what it tells of, so that neither is there without the other; and only while
   * the actor may still act. A request is let in by what its credential was then: until it gets to write, its session
   * may have been ended, its key revoked, its user deleted. Whoever ends one waits for what it has written by then.
   * So an actor that ends its own credential is recorded before it does.
   *
   * @throws NotSignedIn, Forbidden when the actor's credential was ended, or its role changed, since the request came
   */
  async record(
    manager: EntityManager,
    actor: Principal | Visitor | typeof SERVICE,
    action: AuditAction,
    target_id: number | null,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    const { dialect } = this.unitOfWork;
    const principal = actor.address !== null && isSignedIn(actor) ? actor : undefined;
    const now = this.clock.now();
    const acting = principal && standing(principal, now);
    const values = {
      at: instantText(now),
      actor_id: principal?.userId ?? null,
      api_key_id: principal?.credential.kind === 'api_key' ? principal.credential.id : null,
      address: actor.address,
      action,
      target_type: action.split('.')[0] ?? '',
      target_id,
      details: JSON.stringify(details),
    } satisfies Record<keyof typeof COLUMNS, unknown>;
    const columns = Object.entries(COLUMNS);
    const written = await dialect.change(
      manager,
      `INSERT INTO audit_log (${columns.map(([name]) => name).join(', ')})
       SELECT ${columns.map(([, type]) => dialect.parameter(type)).join(', ')}
         ${acting ? `${acting.sql} AND users.role = ? ${dialect.keepReferenced}` : ''}`,
      [
        ...columns.map(([name]) => values[name as keyof typeof COLUMNS]),
        ...(acting ? [...acting.parameters, principal.role] : []),
      ],
    );
    if (written === 0 && acting) await this.refuse(manager, acting);
  }

  /** @throws NotSignedIn, Forbidden */
  private async refuse(manager: EntityManager, { sql, parameters }: Standing): Promise<never> {
    const [stands] = await this.unitOfWork.dialect.query(manager, `SELECT users.role ${sql}`, parameters);
    if (stands) throw new Forbidden('Your role was changed meanwhile.');
    throw new NotSignedIn('The session or API key was ended meanwhile: nothing was changed.');
  }

  /** Newest first. */
  list(
    caller: Principal,
    { limit, cursor, actor_id, action, target_type, target_id }: AuditQuery,
  ): Promise<Page<AuditEntry>> {
    const where = {
      ...(actor_id !== undefined && { actor_id: Equal(actor_id) }),
      ...(action !== undefined && { action: Equal(action) }),
      ...(target_type !== undefined && { target_type: Equal(target_type) }),
      ...(target_id !== undefined && { target_id: Equal(target_id) }),
    };
    const all = this.entries.createQueryBuilder('entry').where(where);
    return readPage(caller, { all, beyond: byId(all, cursor, 'DESC'), limit, long: ['details'] });
  }

  @Interval('prune-audit-log', 3_600_000)
  async prune(): Promise<void> {
    const limit = instantText(new Date(this.clock.now().getTime() - this.config.auditRetentionMs));
    await deleteInSlices(this.unitOfWork, 'audit_log', 'SELECT id FROM audit_log WHERE at < ? ORDER BY at', [
      limit,
    ]);
  }
}
