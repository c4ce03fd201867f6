// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type Page, type RequestOptions, segment } from '../client.js';
import type { User, UserCreate, UserUpdate } from './models.js';

/** Sign up; the first user becomes admin. Admins make users whether registration is open or closed */
export const create = (client: Client, body: UserCreate, options: RequestOptions = {}): Promise<User> =>
  client.send({ method: 'POST', path: `/user`, body }, options);

export interface ListUsersQuery {
  limit?: number;
  /** Where the page starts: the cursor that a Link header gave. */
  cursor?: string;
}

/** All users; a member sees only itself */
export const list = (
  client: Client,
  query: ListUsersQuery = {},
  options: RequestOptions = {},
): Promise<Page<User>> => client.page({ method: 'GET', path: `/user`, query }, options);

/** One user */
export const get = (client: Client, id: number, options: RequestOptions = {}): Promise<User> =>
  client.send({ method: 'GET', path: `/user/${segment(id)}` }, options);

/** Change a user; a new password ends its sessions. Of one’s own account, password and e-mail address need the current password */
export const update = (
  client: Client,
  id: number,
  body: UserUpdate,
  options: RequestOptions = {},
): Promise<User> => client.send({ method: 'PATCH', path: `/user/${segment(id)}`, body }, options);

/** Delete a user; its schedules stay, ownerless and disabled */
const remove = (client: Client, id: number, options: RequestOptions = {}): Promise<User> =>
  client.send({ method: 'DELETE', path: `/user/${segment(id)}` }, options);

export { remove as delete };
