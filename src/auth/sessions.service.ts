import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { JwtService } from '@nestjs/jwt';
import { Interval } from '@nestjs/schedule';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, MoreThan, type Repository } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Principal } from '../http/principal.js';
import { PasswordChanging } from '../users/user.events.js';
import { Session } from './session.entity.js';

/** Sessions and their tokens: a JWT (RFC 7519) that is good while its session's row is. */
@Injectable()
export class SessionsService {
  constructor(
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
    private readonly unitOfWork: UnitOfWork,
    private readonly jwt: JwtService,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Starts a session and returns its token. */
  async start(userId: number): Promise<string> {
    const now = this.clock.now();
    const id = randomUUID();
    const expires = new Date(now.getTime() + this.config.sessionTtlSeconds * 1000);
    await this.unitOfWork.transaction((manager) =>
      manager.insert(Session, { id, user_id: userId, created_at: now, expires_at: expires }),
    );
    return this.jwt.signAsync(
      { iat: Math.floor(now.getTime() / 1000) },
      { subject: String(userId), jwtid: id, expiresIn: this.config.sessionTtlSeconds },
    );
  }

  /** Whose token this is, or undefined when it is forged, expired or revoked. */
  async authenticate(token: string): Promise<Principal | undefined> {
    const now = this.clock.now();
    const id = await this.sessionOf(token, now);
    const session =
      id &&
      (await this.sessions.findOne({ where: { id, expires_at: MoreThan(now) }, relations: { user: true } }));
    if (!session || !session.user) return undefined;
    return { userId: session.user.id, role: session.user.role, sessionId: session.id };
  }

  async end(id: string): Promise<void> {
    await this.unitOfWork.transaction((manager) => manager.delete(Session, id));
  }

  /** Sessions that are over are good for nothing. */
  @Interval('prune-sessions', 3_600_000)
  async prune(): Promise<void> {
    const now = this.clock.now();
    await this.unitOfWork.transaction((manager) => manager.delete(Session, { expires_at: LessThan(now) }));
  }

  @OnEvent(PasswordChanging.event, { suppressErrors: false })
  async endAllOf({ userId, manager }: PasswordChanging): Promise<void> {
    await manager.delete(Session, { user_id: userId });
  }

  private async sessionOf(token: string, now: Date): Promise<string | undefined> {
    try {
      const clockTimestamp = Math.floor(now.getTime() / 1000);
      return (await this.jwt.verifyAsync<{ jti: string }>(token, { clockTimestamp })).jti;
    } catch {
      return undefined;
    }
  }
}
