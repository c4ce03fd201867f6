import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Principal } from '../http/principal.js';
import { Conflict, NotSignedIn } from '../http/problems.js';
import { UserDto } from '../users/dto/user.dto.js';
import { normalEmail } from '../users/email-address.js';
import { PasswordCheck } from '../users/password-check.js';
import type { Place } from '../users/sign-in-delay.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import type { LoginDto } from './dto/login.dto.js';
import type { SignedInDto } from './dto/signed-in.dto.js';
import { SessionsService } from './sessions.service.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordCheck,
    private readonly sessions: SessionsService,
    private readonly audit: AuditService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * @throws NotSignedIn alike for an unknown user and a wrong password, after equal work, so that nobody
   * learns which addresses have an account
   * @throws TooManyRequests when the next attempt from there has to wait
   */
  async signIn(place: Place, userAgent: string, { email, password }: LoginDto): Promise<SignedInDto> {
    const find = (): Promise<User | null> => this.users.findByEmail(email);
    const { user, isRight } = await this.passwords.check(normalEmail(email), password, place, find);
    if (!user || !isRight) {
      await this.unitOfWork.transaction((manager) =>
        this.audit.record(manager, place, 'session.refuse', user?.id ?? null),
      );
      throw new NotSignedIn('The e-mail address or the password is wrong.');
    }
    return { token: await this.sessions.start(place, userAgent, user), user: UserDto.from(user) };
  }

  /** @throws Conflict for an API key, which has no session */
  async signOut(caller: Principal): Promise<void> {
    const { credential } = caller;
    if (credential.kind !== 'session')
      throw new Conflict(
        `An API key has no session; revoke it with DELETE /auth/api-keys/${String(credential.id)}.`,
      );
    await this.sessions.end(caller, credential.id);
  }

  async me(caller: Principal): Promise<UserDto> {
    return UserDto.from(await this.users.get(caller, caller.userId));
  }
}
