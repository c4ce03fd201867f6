import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { And, type EntityManager, Equal, MoreThan, type Repository } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { violatedUniqueColumn } from '../database/constraint.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Page, type PageQuery, pageOf } from '../http/page.js';
import type { Principal } from '../http/principal.js';
import { Conflict, found, NotFound } from '../http/problems.js';
import type { UserCreateDto } from './dto/user-create.dto.js';
import type { UserUpdateDto } from './dto/user-update.dto.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordChanging, UserDeleting } from './user.events.js';
import { User } from './user.entity.js';

/** Users. A member reaches only itself, an admin everyone; the rest is as if it were not there. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly unitOfWork: UnitOfWork,
    private readonly hasher: PasswordHasher,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** The first user becomes admin. @throws Conflict when the e-mail or phone is taken */
  async create(fields: UserCreateDto): Promise<User> {
    const password = await this.hasher.hash(fields.password);
    return this.store(async (manager) => {
      const now = this.clock.now();
      const role = (await manager.exists(User)) ? 'member' : 'admin';
      const user = manager.create(User, {
        photo: null,
        ...fields,
        password,
        role,
        created_at: now,
        updated_at: now,
      });
      await manager.insert(User, user);
      return user;
    });
  }

  async list(caller: Principal, { limit, cursor }: PageQuery): Promise<Page<User>> {
    const mine = caller.role === 'admin' ? [] : [Equal(caller.userId)];
    const [total, rows] = await Promise.all([
      this.users.countBy({ id: And(MoreThan(0), ...mine) }),
      this.users.find({
        where: { id: And(MoreThan(Number(cursor ?? 0)), ...mine) },
        order: { id: 'ASC' },
        take: limit + 1,
      }),
    ]);
    return pageOf(rows, limit, total);
  }

  /** @throws NotFound */
  async get(caller: Principal, id: number): Promise<User> {
    return found('user', id, await this.users.findOneBy({ id: reachable(caller, id) }));
  }

  /** @throws NotFound, Conflict when the e-mail or phone is taken */
  async update(caller: Principal, id: number, fields: UserUpdateDto): Promise<User> {
    const password = fields.password === undefined ? undefined : await this.hasher.hash(fields.password);
    return this.store(async (manager) => {
      const user = found('user', id, await manager.findOneBy(User, { id: reachable(caller, id) }));
      const changes = { ...fields, ...(password && { password }), updated_at: this.clock.now() };
      await manager.update(User, id, changes);
      if (password) await this.events.emitAsync(PasswordChanging.event, new PasswordChanging(id, manager));
      return Object.assign(user, changes);
    });
  }

  /** The user's schedules stay, ownerless and disabled. @throws NotFound, Conflict for the last admin */
  async delete(caller: Principal, id: number): Promise<User> {
    return this.unitOfWork.transaction(async (manager) => {
      const user = found('user', id, await manager.findOneBy(User, { id: reachable(caller, id) }));
      if (user.role === 'admin' && (await manager.countBy(User, { role: 'admin' })) === 1) {
        throw new Conflict('This is the last admin: nobody could manage the service any more.');
      }
      await this.events.emitAsync(UserDeleting.event, new UserDeleting(id, manager));
      await manager.delete(User, id);
      return user;
    });
  }

  /** For signing in: the user with its password hash, whoever asks. */
  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email });
  }

  private async store(work: (manager: EntityManager) => Promise<User>): Promise<User> {
    try {
      return await this.unitOfWork.transaction(work);
    } catch (error) {
      const column = violatedUniqueColumn(error);
      if (column === 'email' || column === 'phone') throw new Conflict(`This ${column} is already in use.`);
      throw error;
    }
  }
}

/** @throws NotFound when the caller may not reach that user */
function reachable(caller: Principal, id: number): number {
  if (caller.role !== 'admin' && caller.userId !== id) throw new NotFound('user', id);
  return id;
}
