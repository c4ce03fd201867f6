import type { EntityManager } from 'typeorm';

/**
 * Published inside the transaction that deletes a user, before the row goes: what belongs to the user is
 * settled with `manager`, in the same transaction.
 */
export class UserDeleting {
  static readonly event = 'user.deleting';

  constructor(
    readonly userId: number,
    readonly manager: EntityManager,
  ) {}
}

/** Published inside the transaction that changes a user's password. */
export class PasswordChanging {
  static readonly event = 'user.password-changing';

  constructor(
    readonly userId: number,
    readonly manager: EntityManager,
  ) {}
}
