import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { And, type EntityManager, Equal, In, MoreThan, type Repository } from 'typeorm';
import { AuditService, SERVICE } from '../audit/audit.service.js';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Page, PageQuery } from '../http/page.js';
import { byId, readPage } from '../http/page-reader.js';
import { isSignedIn, type Principal, type Visitor } from '../http/principal.js';
import { Conflict, Forbidden, found, InvalidFields, NotFound, NotSignedIn } from '../http/problems.js';
import type { UserCreateDto } from './dto/user-create.dto.js';
import type { UserUpdateDto } from './dto/user-update.dto.js';
import { normalEmail } from './email-address.js';
import { PasswordCheck } from './password-check.js';
import { PasswordHasher } from './password-hasher.js';
import { SignInDelay } from './sign-in-delay.js';
import { PasswordChanging, UserDeleting } from './user.events.js';
import { lockOfUser, User } from './user.entity.js';

/** Names the lock of who is an admin: the first user becomes one, and the last one stays one. */
const ADMINS = 'admins';

/** Users. A member reaches only itself, an admin everyone; the rest is as if it were not there. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly unitOfWork: UnitOfWork,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordCheck,
    private readonly delay: SignInDelay,
    private readonly audit: AuditService,
    private readonly config: AppConfig,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /**
   * The first user becomes admin.
   *
   * @throws NotSignedIn, Forbidden when registration is closed, or for a role, to all but admins
   * @throws Conflict when the e-mail or phone is taken
   */
  async create(visitor: Principal | Visitor, fields: UserCreateDto): Promise<User> {
    this.mayCreate(visitor, fields);
    const password = await this.hasher.hash(fields.password);
    return this.store(async (manager) => {
      await this.unitOfWork.dialect.lock(manager, ADMINS);
      const now = this.clock.now();
      const role = fields.role ?? ((await manager.exists(User)) ? 'member' : 'admin');
      const row = { photo: null, ...fields, password, role, created_at: now, updated_at: now };
      const user = manager.create(User, row);
      await manager.insert(User, user);
      await this.audit.record(manager, visitor, 'user.create', user.id, { email: user.email, role });
      return user;
    });
  }

  /** The admin that the settings ask for, when there is none. */
  async ensureAdmin(address: string, password: string): Promise<void> {
    const email = normalEmail(address);
    if (await this.users.existsBy({ role: 'admin' })) return;
    const hash = await this.hasher.hash(password);
    const now = this.clock.now();
    await this.unitOfWork.transaction(async (manager) => {
      await this.unitOfWork.dialect.lock(manager, ADMINS);
      if (await manager.existsBy(User, { role: 'admin' })) return;
      const user = manager.create(User, {
        ...{ first_name: 'Admin', last_name: 'Admin', phone: '000', photo: null, role: 'admin' },
        ...{ email, password: hash, created_at: now, updated_at: now },
      });
      await manager.insert(User, user);
      await this.audit.record(manager, SERVICE, 'user.create', user.id, { email, role: 'admin' });
    });
  }

  list(caller: Principal, { limit, cursor }: PageQuery): Promise<Page<User>> {
    const mine = caller.role === 'admin' ? [] : [Equal(caller.userId)];
    const all = this.users.createQueryBuilder('user').where({ id: And(MoreThan(0), ...mine) });
    return readPage(caller, { all, beyond: byId(all, cursor), limit, long: ['photo'] });
  }

  /** @throws NotFound */
  async get(caller: Principal, id: number): Promise<User> {
    return found('user', id, await this.users.findOneBy({ id: reachable(caller, id) }));
  }

  /**
   * @throws NotFound, Conflict when the e-mail or phone is taken or for the last admin, Forbidden
   * @throws InvalidFields, TooManyRequests when the current password is needed and not given, or another one
   */
  async update(caller: Principal, id: number, fields: UserUpdateDto): Promise<User> {
    const { current_password, ...given } = fields;
    reachable(caller, id);
    mayUpdate(caller, given);
    const before = await this.get(caller, id);
    const isOwn = caller.userId === id;
    const isGuarded = given.password !== undefined || (given.email ?? before.email) !== before.email;
    if (isOwn && isGuarded) await this.prove(caller, before, current_password);
    const password = given.password === undefined ? undefined : await this.hasher.hash(given.password);
    return this.store(async (manager) => {
      if (given.role !== undefined) await this.unitOfWork.dialect.lock(manager, ADMINS);
      await this.unitOfWork.dialect.lock(manager, lockOfUser(id));
      const user = found('user', id, await manager.findOneBy(User, { id: reachable(caller, id) }));
      if (isOwn && given.email !== undefined && user.email !== before.email)
        throw new Conflict('The e-mail address was changed meanwhile.');
      const changes = { ...given, ...(password && { password }), updated_at: this.clock.now() };
      if (given.role === 'member') await this.keepAnAdmin(manager, user);
      await this.audit.record(manager, caller, 'user.update', id, { fields: Object.keys(given) });
      await manager.update(User, id, changes);
      if (password) await this.events.emitAsync(PasswordChanging.event, new PasswordChanging(id, manager));
      if (password && !isOwn) await this.delay.forget(manager, normalEmail(given.email ?? user.email));
      return Object.assign(user, changes);
    });
  }

  /** Makes sure that whoever has a session of this user knows the password, too. @throws InvalidFields, TooManyRequests */
  private async prove(caller: Principal, user: User, password: string | undefined): Promise<void> {
    const needed = 'the current password, which a new password or e-mail address of one’s own account needs';
    if (password === undefined) throw new InvalidFields([{ field: 'current_password', message: needed }]);
    const email = normalEmail(user.email);
    const { isRight } = await this.passwords.check(email, password, { ...caller, isSignedIn: true }, () =>
      Promise.resolve(user),
    );
    if (isRight) return;
    await this.unitOfWork.transaction((manager) =>
      this.audit.record(manager, caller, 'user.refuse', user.id, { fields: ['current_password'] }),
    );
    throw new InvalidFields([
      { field: 'current_password', message: 'the current password of this account: this is another one' },
    ]);
  }

  /** The user's schedules stay, ownerless and disabled. @throws NotFound, Conflict for the last admin */
  async delete(caller: Principal, id: number): Promise<User> {
    return this.unitOfWork.transaction(async (manager) => {
      await this.unitOfWork.dialect.lock(manager, ADMINS);
      await this.unitOfWork.dialect.lock(manager, lockOfUser(id));
      const user = found('user', id, await manager.findOneBy(User, { id: reachable(caller, id) }));
      await this.keepAnAdmin(manager, user);
      await this.events.emitAsync(UserDeleting.event, new UserDeleting(id, manager));
      await this.audit.record(manager, caller, 'user.delete', id, { email: user.email });
      await manager.delete(User, id);
      await this.delay.forget(manager, normalEmail(user.email));
      return user;
    });
  }

  /**
   * For signing in: the user with its password hash, whoever asks. An address that was spelled otherwise before
   * addresses had a normal form, and could not be brought to it because somebody else had that, is found as it is.
   */
  async findByEmail(spelled: string): Promise<User | null> {
    const found = await this.users.findBy({ email: In([spelled, normalEmail(spelled)]) });
    return found.find(({ email }) => email === spelled) ?? found[0] ?? null;
  }

  private mayCreate(visitor: Principal | Visitor, { role }: UserCreateDto): void {
    const caller = isSignedIn(visitor) ? visitor : undefined;
    if (caller?.credential.kind === 'api_key')
      throw new Forbidden('An API key cannot make users: sign in with e-mail and password.');
    if (caller?.role === 'admin') return;
    if (this.config.registration === 'closed') {
      const why = 'Registration is closed: an admin makes users.';
      throw caller ? new Forbidden(why) : new NotSignedIn(why);
    }
    if (role !== undefined) throw new Forbidden('Only admins set a role: leave it out.');
  }

  /** @throws Conflict for the last admin */
  private async keepAnAdmin(manager: EntityManager, user: User): Promise<void> {
    if (user.role === 'admin' && (await manager.countBy(User, { role: 'admin' })) === 1) {
      throw new Conflict('This is the last admin: nobody could manage the service any more.');
    }
  }

  private async store(work: (manager: EntityManager) => Promise<User>): Promise<User> {
    try {
      return await this.unitOfWork.transaction(work);
    } catch (error) {
      const column = this.unitOfWork.dialect.violatedUniqueColumn(error);
      if (column === 'email' || column === 'phone') throw new Conflict(`This ${column} is already in use.`);
      throw error;
    }
  }
}

/** @throws Forbidden */
function mayUpdate({ role, credential }: Principal, fields: UserUpdateDto): void {
  if (fields.role !== undefined && role !== 'admin')
    throw new Forbidden('Only admins set a role: leave it out.');
  const guarded = (['email', 'password', 'role'] as const).filter((name) => fields[name] !== undefined);
  if (guarded.length > 0 && credential.kind === 'api_key')
    throw new Forbidden(
      `An API key cannot change ${guarded.join(' and ')}: sign in with e-mail and password.`,
    );
}

/** @throws NotFound when the caller may not reach that user */
function reachable(caller: Principal, id: number): number {
  if (caller.role !== 'admin' && caller.userId !== id) throw new NotFound('user', id);
  return id;
}
