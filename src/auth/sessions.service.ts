import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { JwtService } from '@nestjs/jwt';
import { Interval } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import { type EntityManager, LessThan, MoreThan, type Repository } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { fromInstantText } from '../database/columns.js';
import { Dialect, type FirstRow } from '../database/dialect.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { UntilNextWrite } from '../database/until-next-write.js';
import type { Page } from '../http/page.js';
import { type MeasuredRow, readPage } from '../http/page-reader.js';
import type { Principal, Role, Visitor } from '../http/principal.js';
import { NotFound, NotSignedIn } from '../http/problems.js';
import { SignInDelay } from '../users/sign-in-delay.js';
import { lockOfUser, User } from '../users/user.entity.js';
import { PasswordChanging } from '../users/user.events.js';
import type { SessionQuery } from './dto/session.dto.js';
import { Session } from './session.entity.js';
import { TOKEN_VERSION } from './session-cookie.js';
import { TokenVerifier } from './token-verifier.js';

const LONGEST_USER_AGENT = 200;

/** So many sessions a user may have. */
const MOST_SESSIONS = 100;

/** So many sessions are remembered. */
const REMEMBERED = 1000;

interface KnownSession {
  readonly principal: Omit<Principal, 'address'>;
  readonly expiresAt: Date;
}

/** Sessions and their tokens: a JWT (RFC 7519) that is good while its session's row is. */
@Injectable()
export class SessionsService {
  private readonly row: FirstRow;
  private readonly known: UntilNextWrite<KnownSession>;

  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly unitOfWork: UnitOfWork,
    private readonly dialect: Dialect,
    private readonly jwt: JwtService,
    private readonly tokens: TokenVerifier,
    private readonly delay: SignInDelay,
    private readonly audit: AuditService,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    const source = sessions.manager.dataSource;
    this.known = new UntilNextWrite(dialect, source, REMEMBERED);
    this.row = dialect.prepare(
      source,
      `SELECT users.id, users.role, sessions.expires_at
         FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = ?`,
      ['id', 'role', 'expires_at'],
    );
  }

  /**
   * Starts a session and returns its token.
   *
   * @throws NotSignedIn when the user is gone or has another password since it was read
   */
  async start(visitor: Visitor, userAgent: string, { id: userId, password }: User): Promise<string> {
    const now = this.clock.now();
    const id = randomUUID();
    const expires = new Date(now.getTime() + this.config.sessionTtlSeconds * 1000);
    const { address } = visitor;
    await this.unitOfWork.transaction(async (manager) => {
      await this.dialect.lock(manager, lockOfUser(userId));
      if (!(await manager.existsBy(User, { id: userId, password })))
        throw new NotSignedIn('The password was changed meanwhile.');
      const ended = await this.endOldest(manager, userId);
      await manager.insert(Session, {
        ...{ id, user_id: userId, created_at: now, expires_at: expires },
        ...{ address, user_agent: userAgent.slice(0, LONGEST_USER_AGENT) },
      });
      await this.audit.record(manager, visitor, 'session.create', userId, ended > 0 ? { ended } : {});
    });
    return this.jwt.signAsync(
      { iat: Math.floor(now.getTime() / 1000), version: TOKEN_VERSION },
      { subject: String(userId), jwtid: id, expiresIn: this.config.sessionTtlSeconds },
    );
  }

  /** Makes room for another session: those that were started first end. Resolves with their number. */
  private endOldest(manager: EntityManager, userId: number): Promise<number> {
    return this.dialect.change(
      manager,
      `DELETE FROM sessions WHERE user_id = ? AND id NOT IN
         (SELECT id FROM sessions WHERE user_id = ? ORDER BY created_at DESC, id LIMIT ${String(MOST_SESSIONS - 1)})`,
      [userId, userId],
    );
  }

  /** Whose token this is, or undefined when it is forged, expired or revoked. */
  async authenticate(token: string): Promise<Omit<Principal, 'address'> | undefined> {
    const id = await this.tokens.sessionOf(token, this.clock.now());
    return id === undefined ? undefined : this.current(id);
  }

  /** Whose session it is, or undefined when it is over. */
  async current(id: string): Promise<Omit<Principal, 'address'> | undefined> {
    const session = await this.known.get(id, () => this.read(id));
    return session && session.expiresAt > this.clock.now() ? session.principal : undefined;
  }

  private async read(id: string): Promise<KnownSession | undefined> {
    const row = await this.row([id]);
    if (!row) return undefined;
    const [userId, role, expires] = row as [number, Role, string | Date];
    const principal = { userId, role, credential: { kind: 'session', id } } as const;
    return { principal, expiresAt: fromInstantText(expires) };
  }

  /** One's own, the newest first. */
  list(caller: Principal, { limit, cursor }: SessionQuery): Promise<Page<Session>> {
    const all = this.sessions
      .createQueryBuilder('session')
      .where({ user_id: caller.userId, expires_at: MoreThan(this.clock.now()) });
    const beyond = all.clone().orderBy('session.created_at', 'DESC').addOrderBy('session.id', 'ASC');
    if (cursor !== undefined) {
      const [at = '', id] = cursor.split('.');
      beyond.andWhere('(session.created_at < :at OR (session.created_at = :at AND session.id > :id))', {
        ...{ at: new Date(Number(at)), id },
      });
    }
    const cursorOf = ({ id, sort_key }: MeasuredRow): string =>
      `${String(fromInstantText(sort_key as string | Date).getTime())}.${String(id)}`;
    return readPage(caller, {
      all,
      beyond,
      sortKey: 'session.created_at',
      cursorOf,
      limit,
      long: ['user_agent'],
    });
  }

  /** Ends one of the caller's own sessions: its token is good no more. @throws NotFound */
  async end(caller: Principal, id: string): Promise<void> {
    if (!isUUID(id)) throw new NotFound('session', id);
    await this.unitOfWork.transaction(async (manager) => {
      await this.audit.record(manager, caller, 'session.delete', caller.userId);
      const { affected } = await manager.delete(Session, { id, user_id: caller.userId });
      if (affected === 0) throw new NotFound('session', id);
    });
  }

  /** Sessions that are over are good for nothing, and old failures are forgotten. */
  @Interval('prune-sessions', 3_600_000)
  async prune(): Promise<void> {
    const now = this.clock.now();
    await this.unitOfWork.transaction((manager) => manager.delete(Session, { expires_at: LessThan(now) }));
    await this.delay.prune();
  }

  @OnEvent(PasswordChanging.event, { suppressErrors: false })
  async endAllOf({ userId, manager }: PasswordChanging): Promise<void> {
    await manager.delete(Session, { user_id: userId });
  }
}
