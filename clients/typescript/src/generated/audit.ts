// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type Page, type RequestOptions } from '../client.js';
import type { AuditEntry } from './models.js';

export interface ListAuditLogQuery {
  limit?: number;
  /** Where the page starts: the cursor that a Link header gave. */
  cursor?: string;
  /** Who did it. */
  actor_id?: number;
  /** What was done, such as `schedule.update`. */
  action?: string;
  /** To what, such as `schedule`. */
  target_type?: string;
  /** To which one. */
  target_id?: number;
}

/** Who did what, newest first; for admins */
export const listLog = (
  client: Client,
  query: ListAuditLogQuery = {},
  options: RequestOptions = {},
): Promise<Page<AuditEntry>> => client.page({ method: 'GET', path: `/audit-log`, query }, options);
