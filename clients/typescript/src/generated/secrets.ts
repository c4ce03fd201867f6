// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type Page, type RequestOptions, segment } from '../client.js';
import type { Secret, SecretCreate, SecretUpdate } from './models.js';

/** Store a value that actions can use by its name */
export const create = (client: Client, body: SecretCreate, options: RequestOptions = {}): Promise<Secret> =>
  client.send({ method: 'POST', path: `/secrets`, body }, options);

export interface ListSecretsQuery {
  limit?: number;
  /** Where the page starts: the cursor that a Link header gave. */
  cursor?: string;
  /** For admins, who see the secrets of all. */
  owner_id?: number;
}

/** All secrets, without their values */
export const list = (
  client: Client,
  query: ListSecretsQuery = {},
  options: RequestOptions = {},
): Promise<Page<Secret>> => client.page({ method: 'GET', path: `/secrets`, query }, options);

/** One secret, without its value */
export const get = (client: Client, id: number, options: RequestOptions = {}): Promise<Secret> =>
  client.send({ method: 'GET', path: `/secrets/${segment(id)}` }, options);

/** Set another value, for all schedules that refer to it */
export const update = (
  client: Client,
  id: number,
  body: SecretUpdate,
  options: RequestOptions = {},
): Promise<Secret> => client.send({ method: 'PATCH', path: `/secrets/${segment(id)}`, body }, options);

/** Delete a secret that no schedule refers to */
const remove = (client: Client, id: number, options: RequestOptions = {}): Promise<Secret> =>
  client.send({ method: 'DELETE', path: `/secrets/${segment(id)}` }, options);

export { remove as delete };
