import { Injectable } from '@nestjs/common';
import type { Principal } from '../http/principal.js';
import { NotSignedIn } from '../http/problems.js';
import { UserDto } from '../users/dto/user.dto.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { UsersService } from '../users/users.service.js';
import type { LoginDto } from './dto/login.dto.js';
import type { SignedInDto } from './dto/signed-in.dto.js';
import { SessionsService } from './sessions.service.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * @throws NotSignedIn alike for an unknown user and a wrong password, after equal work, so that nobody
   * learns which addresses have an account
   */
  async signIn({ email, password }: LoginDto): Promise<SignedInDto> {
    const user = await this.users.findByEmail(email);
    const matches = await this.hasher.verify(user?.password, password);
    if (!user || !matches) throw new NotSignedIn('The e-mail address or the password is wrong.');
    return { token: await this.sessions.start(user.id), user: UserDto.from(user) };
  }

  async signOut({ sessionId }: Principal): Promise<void> {
    await this.sessions.end(sessionId);
  }

  async me(caller: Principal): Promise<UserDto> {
    return UserDto.from(await this.users.get(caller, caller.userId));
  }
}
