import type { Principal } from '../http/principal.js';
import { instantText } from '../database/columns.js';

/** A part of a statement, from `FROM` on, with its parameters. */
export interface Standing {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Finds one row while a caller's session or API key is there and has not expired, and none after. */
export function standing({ userId, credential }: Principal, now: Date): Standing {
  const [table, unexpired] =
    credential.kind === 'session'
      ? (['sessions', 'credential.expires_at > ?'] as const)
      : (['api_keys', '(credential.expires_at IS NULL OR credential.expires_at > ?)'] as const);
  return {
    sql: `FROM ${table} AS credential JOIN users ON users.id = credential.user_id
         WHERE credential.id = ? AND users.id = ? AND ${unexpired}`,
    parameters: [credential.id, userId, instantText(now)],
  };
}
