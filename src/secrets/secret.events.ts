import type { EntityManager } from 'typeorm';

/** Published inside the transaction that deletes a secret, before it goes: whoever uses it objects by throwing. */
export class SecretDeleting {
  static readonly event = 'secret.deleting';

  constructor(
    readonly secret: { readonly owner_id: number; readonly name: string },
    readonly manager: EntityManager,
  ) {}
}
