import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import {
  And,
  type EntityManager,
  Equal,
  type FindOptionsWhere,
  In,
  MoreThan,
  type Repository,
} from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock/clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Page } from '../http/page.js';
import { byId, readPage } from '../http/page-reader.js';
import type { Principal } from '../http/principal.js';
import { Conflict, found } from '../http/problems.js';
import type { SecretCreateDto, SecretQuery } from './dto/secret.dto.js';
import { lockCaller } from '../users/lock-caller.js';
import { lockOfUser } from '../users/user.entity.js';
import { SecretDeleting } from './secret.events.js';
import { Secret } from './secret.entity.js';
import { Vault } from './vault.js';

/** So many secrets a user may have. */
const MAX_SECRETS = 1000;

const sealOwner = (id: number): string => `secrets/${String(id)}`;

/** Secrets. A member reaches its own, an admin everyone's; nobody reads a value, but the actions of its owner. */
@Injectable()
export class SecretsService {
  constructor(
    @InjectRepository(Secret) private readonly secrets: Repository<Secret>,
    private readonly unitOfWork: UnitOfWork,
    private readonly vault: Vault,
    private readonly audit: AuditService,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** @throws Conflict when the caller has one of that name */
  async create(caller: Principal, { name, value }: SecretCreateDto): Promise<Secret> {
    const now = this.clock.now();
    try {
      return await this.unitOfWork.transaction(async (manager) => {
        await lockCaller(manager, this.unitOfWork.dialect, caller.userId);
        if ((await manager.countBy(Secret, { owner_id: caller.userId })) >= MAX_SECRETS)
          throw new Conflict(`At most ${String(MAX_SECRETS)} secrets per user: delete one first.`);
        const secret = { owner_id: caller.userId, name, value: '', created_at: now, updated_at: now };
        const { identifiers } = await manager.insert(Secret, secret);
        const { id } = identifiers[0] as { id: number };
        // Sealed for its row, so only now.
        await manager.update(Secret, id, { value: this.vault.seal(value, sealOwner(id)) });
        await this.audit.record(manager, caller, 'secret.create', id, { name });
        return { ...secret, id };
      });
    } catch (error) {
      if (this.unitOfWork.dialect.violatedUniqueColumn(error) === 'name')
        throw new Conflict(`You have a secret ${name} already: change its value with PATCH.`);
      throw error;
    }
  }

  list(caller: Principal, { limit, cursor, owner_id }: SecretQuery): Promise<Page<Secret>> {
    const owners = [
      ...(caller.role === 'admin' ? [] : [Equal(caller.userId)]),
      ...(owner_id === undefined ? [] : [Equal(owner_id)]),
    ];
    const all = this.secrets.createQueryBuilder('secret').where({ owner_id: And(MoreThan(0), ...owners) });
    return readPage(caller, { all, beyond: byId(all, cursor), limit, long: ['name'] });
  }

  /** @throws NotFound */
  async get(caller: Principal, id: number): Promise<Secret> {
    return found('secret', id, await this.secrets.findOneBy({ ...reachable(caller), id }));
  }

  /** Counts for every schedule that refers to it, from its next attempt on. @throws NotFound */
  async update(caller: Principal, id: number, value: string): Promise<Secret> {
    return this.unitOfWork.transaction(async (manager) => {
      const secret = found('secret', id, await manager.findOneBy(Secret, { ...reachable(caller), id }));
      const updated_at = this.clock.now();
      await manager.update(Secret, id, { value: this.vault.seal(value, sealOwner(id)), updated_at });
      await this.audit.record(manager, caller, 'secret.update', id, { name: secret.name });
      return { ...secret, updated_at };
    });
  }

  /** @throws NotFound, Conflict while schedules refer to it */
  async delete(caller: Principal, id: number): Promise<Secret> {
    return this.unitOfWork.transaction(async (manager) => {
      const secret = found('secret', id, await manager.findOneBy(Secret, { ...reachable(caller), id }));
      await this.unitOfWork.dialect.lock(manager, lockOfUser(secret.owner_id));
      await this.events.emitAsync(SecretDeleting.event, new SecretDeleting(secret, manager));
      await manager.delete(Secret, id);
      await this.audit.record(manager, caller, 'secret.delete', id, { name: secret.name });
      return secret;
    });
  }

  /** The names of a user's secrets. */
  async namesOf(manager: EntityManager, owner_id: number): Promise<string[]> {
    const rows = await manager.find(Secret, { where: { owner_id }, order: { name: 'ASC' } });
    return rows.map(({ name }) => name);
  }

  /** Values by name, for actions only. Names that do not exist are left out. */
  async reveal(owner_id: number | null, names: readonly string[]): Promise<Map<string, string>> {
    if (owner_id === null || names.length === 0) return new Map();
    const rows = await this.secrets.find({
      select: { id: true, name: true, value: true },
      where: { owner_id, name: In(names) },
    });
    return new Map(rows.map(({ id, name, value }) => [name, this.vault.open(value, sealOwner(id))]));
  }
}

const reachable = (caller: Principal): FindOptionsWhere<Secret> =>
  caller.role === 'admin' ? {} : { owner_id: Equal(caller.userId) };
