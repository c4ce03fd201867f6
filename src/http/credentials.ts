import type { Principal } from './principal.js';

/** Looks once more at what proved who a caller is, for answers that take longer than a moment. */
export abstract class Credentials {
  /** Whether the credential is good, and its user has the role it had. */
  abstract areStillGood(caller: Principal): Promise<boolean>;
}
