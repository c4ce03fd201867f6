import { Injectable } from '@nestjs/common';
import { PasswordHasher } from './password-hasher.js';
import { type Place, SignInDelay } from './sign-in-delay.js';
import type { User } from './user.entity.js';

/** Finds out whether somebody knows the password of an account, and slows down whoever guesses it. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly delay: SignInDelay,
  ) {}

  /**
   * Resolves with the user of an account, if there is one, and whether this is its password. Nobody's password takes
   * as long to look at as a wrong one.
   *
   * @throws TooManyRequests when the next attempt has to wait, or too many people are waiting
   */
  async check(
    email: string,
    password: string,
    place: Place,
    find: () => Promise<User | null>,
  ): Promise<{ user: User | null; isRight: boolean }> {
    const attempt = await this.delay.begin(email, place);
    try {
      const user = await find();
      const isRight = await this.hasher.verify(user?.password, password);
      if (isRight) await this.delay.succeed(attempt);
      return { user, isRight };
    } catch (error) {
      await this.delay.forgive(attempt);
      throw error;
    }
  }
}
