import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Principal, Visitor } from '../http/principal.js';
import { Conflict, NotSignedIn } from '../http/problems.js';
import { UserDto } from '../users/dto/user.dto.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { UsersService } from '../users/users.service.js';
import type { LoginDto } from './dto/login.dto.js';
import type { SignedInDto } from './dto/signed-in.dto.js';
import { SessionsService } from './sessions.service.js';
import { SignInDelay } from './sign-in-delay.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionsService,
    private readonly delay: SignInDelay,
    private readonly audit: AuditService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * @throws NotSignedIn alike for an unknown user and a wrong password, after equal work, so that nobody
   * learns which addresses have an account
   * @throws TooManyRequests when the account's next attempt has to wait
   */
  async signIn(visitor: Visitor, userAgent: string, { email, password }: LoginDto): Promise<SignedInDto> {
    await this.delay.begin(email);
    const user = await this.users.findByEmail(email);
    const matches = await this.hasher.verify(user?.password, password).catch(async (error: unknown) => {
      await this.delay.forgive(email);
      throw error;
    });
    if (!user || !matches) {
      await this.unitOfWork.transaction((manager) =>
        this.audit.record(manager, visitor, 'session.refuse', user?.id ?? null),
      );
      throw new NotSignedIn('The e-mail address or the password is wrong.');
    }
    await this.delay.succeed(email);
    return { token: await this.sessions.start(visitor, userAgent, user), user: UserDto.from(user) };
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
