import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';

/** OWASP's minimum for argon2id, the library's default algorithm: 19 MiB, 2 passes, 1 lane; about 20 ms. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes and checks passwords with argon2id, off the event loop. */
@Injectable()
export class PasswordHasher {
  /** The hash of a password nobody has, so that signing in as nobody takes as long as any wrong password. */
  private readonly nobody = hash('no user has this password', PARAMETERS);

  hash(password: string): Promise<string> {
    return hash(password, PARAMETERS);
  }

  /** Whether the password is right. Does the same work without a hash, and answers false. */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const matches = await verify(stored ?? (await this.nobody), password);
    return matches && stored !== undefined;
  }
}
