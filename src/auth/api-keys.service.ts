import { createHash, randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { FindOptionsWhere, Repository } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock/clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { UntilNextWrite } from '../database/until-next-write.js';
import type { Page, PageQuery } from '../http/page.js';
import { byId, readPage } from '../http/page-reader.js';
import type { Principal } from '../http/principal.js';
import { Conflict, found, InvalidFields } from '../http/problems.js';
import { lockCaller } from '../users/lock-caller.js';
import type { User } from '../users/user.entity.js';
import { ApiKey } from './api-key.entity.js';
import type { ApiKeyCreateDto } from './dto/api-key.dto.js';

export const API_KEY_PREFIX = 'sch_';
const KEY_BYTES = 32;
const HINT_LENGTH = API_KEY_PREFIX.length + 6;

/** So many keys a user may have. */
const MAX_KEYS = 100;

/** So many keys are remembered. */
const REMEMBERED = 1000;

/** The use of a key is noted so often at most. */
const LAST_USED_EVERY_MS = 60_000;

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

type OwnedKey = ApiKey & { readonly user: User };

const principalOf = ({ id, scopes, user }: OwnedKey): Omit<Principal, 'address'> => ({
  userId: user.id,
  role: user.role,
  credential: { kind: 'api_key', id, scopes },
});

/** API keys: credentials that a user makes for programs. */
@Injectable()
export class ApiKeysService {
  private readonly logger = new Logger(ApiKeysService.name);
  private readonly known: UntilNextWrite<OwnedKey>;

  constructor(
    @InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>,
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {
    this.known = new UntilNextWrite(unitOfWork.dialect, keys.manager.dataSource, REMEMBERED);
  }

  /** Resolves with the row, and with the key itself, which is never shown again. @throws InvalidFields, Conflict */
  async create(caller: Principal, fields: ApiKeyCreateDto): Promise<{ row: ApiKey; key: string }> {
    const created_at = this.clock.now();
    const { name, scopes, expires_at = null } = fields;
    if (expires_at && expires_at <= created_at) {
      throw new InvalidFields([{ field: 'expires_at', message: 'an instant in the future, or null' }]);
    }
    const key = API_KEY_PREFIX + randomBytes(KEY_BYTES).toString('base64url');
    const row = this.keys.create({
      ...{ user_id: caller.userId, name, scopes, expires_at, created_at, last_used_at: null },
      ...{ hash: hashOf(key), hint: key.slice(0, HINT_LENGTH) },
    });
    await this.unitOfWork.transaction(async (manager) => {
      await lockCaller(manager, this.unitOfWork.dialect, caller.userId);
      if ((await manager.countBy(ApiKey, { user_id: caller.userId })) >= MAX_KEYS)
        throw new Conflict(`At most ${String(MAX_KEYS)} API keys per user: delete one first.`);
      await manager.insert(ApiKey, row);
      await this.audit.record(manager, caller, 'api_key.create', row.id, { name, scopes });
    });
    return { row, key };
  }

  list(caller: Principal, { limit, cursor }: PageQuery): Promise<Page<ApiKey>> {
    const all = this.keys.createQueryBuilder('key').where({ user_id: caller.userId });
    return readPage(caller, { all, beyond: byId(all, cursor), limit, long: ['name'] });
  }

  /** The key is good no more, at once. @throws NotFound */
  async revoke(caller: Principal, id: number): Promise<ApiKey> {
    return this.unitOfWork.transaction(async (manager) => {
      const row = found('API key', id, await manager.findOneBy(ApiKey, { id, user_id: caller.userId }));
      await manager.delete(ApiKey, id);
      await this.audit.record(manager, caller, 'api_key.delete', id, { name: row.name });
      return row;
    });
  }

  /** Whose key this is, or undefined when it is unknown, expired or revoked. */
  async authenticate(key: string): Promise<Omit<Principal, 'address'> | undefined> {
    const hash = hashOf(key);
    const now = this.clock.now();
    const stored = await this.known.get(hash, () => this.read({ hash }));
    const row = stored && this.isGood(stored) ? stored : undefined;
    if (row && now.getTime() - (row.last_used_at?.getTime() ?? 0) >= LAST_USED_EVERY_MS)
      this.noteUse(row.id, now);
    return row && principalOf(row);
  }

  /** Whose key it is, or undefined when it is expired or revoked. */
  async current(id: number): Promise<Omit<Principal, 'address'> | undefined> {
    const row = await this.read({ id });
    return row && this.isGood(row) ? principalOf(row) : undefined;
  }

  private async read(where: FindOptionsWhere<ApiKey>): Promise<OwnedKey | undefined> {
    const row = await this.keys.findOne({ where, relations: { user: true } });
    return row?.user ? (row as OwnedKey) : undefined;
  }

  private isGood({ expires_at }: OwnedKey): boolean {
    return expires_at === null || expires_at > this.clock.now();
  }

  /** Nobody waits for it: the answer to a request does not depend on it. */
  private noteUse(id: number, last_used_at: Date): void {
    this.unitOfWork
      .transaction((manager) => manager.update(ApiKey, id, { last_used_at }))
      .catch((error: unknown) => {
        this.logger.warn(`the use of API key ${String(id)} cannot be noted: ${String(error)}`);
      });
  }
}
