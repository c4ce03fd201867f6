// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type Page, type RequestOptions, segment } from '../client.js';
import type {
  ApiKey,
  ApiKeyCreate,
  BrowserSession,
  Login,
  NewApiKey,
  Session,
  SignedIn,
  User,
} from './models.js';

/** Sign in with e-mail and password */
export const signIn = (client: Client, body: Login, options: RequestOptions = {}): Promise<SignedIn> =>
  client.send({ method: 'POST', path: `/auth/signin`, body }, options);

/** Sign in for pages of this origin: the token comes as a cookie that scripts cannot read */
export const startBrowserSession = (
  client: Client,
  body: Login,
  options: RequestOptions = {},
): Promise<BrowserSession> => client.send({ method: 'POST', path: `/auth/session`, body }, options);

/** End the session; its token or cookie is good no more */
export const signOut = (client: Client, options: RequestOptions = {}): Promise<void> =>
  client.send({ method: 'POST', path: `/auth/signout` }, options);

/** The user who is signed in */
export const getMe = (client: Client, options: RequestOptions = {}): Promise<User> =>
  client.send({ method: 'GET', path: `/auth/me` }, options);

export interface ListSessionsQuery {
  limit?: number;
  /** Where the page starts: the cursor that a Link header gave. */
  cursor?: string;
}

/** One’s own sessions, the newest first */
export const listSessions = (
  client: Client,
  query: ListSessionsQuery = {},
  options: RequestOptions = {},
): Promise<Page<Session>> => client.page({ method: 'GET', path: `/auth/sessions`, query }, options);

/** End one of one’s own sessions */
export const deleteSession = (
  client: Client,
  session_id: string,
  options: RequestOptions = {},
): Promise<void> => client.send({ method: 'DELETE', path: `/auth/sessions/${segment(session_id)}` }, options);

/** Make a key that works wherever a token does */
export const createApiKey = (
  client: Client,
  body: ApiKeyCreate,
  options: RequestOptions = {},
): Promise<NewApiKey> => client.send({ method: 'POST', path: `/auth/api-keys`, body }, options);

export interface ListApiKeysQuery {
  limit?: number;
  /** Where the page starts: the cursor that a Link header gave. */
  cursor?: string;
}

/** One’s own API keys */
export const listApiKeys = (
  client: Client,
  query: ListApiKeysQuery = {},
  options: RequestOptions = {},
): Promise<Page<ApiKey>> => client.page({ method: 'GET', path: `/auth/api-keys`, query }, options);

/** Revoke an API key */
export const deleteApiKey = (client: Client, id: number, options: RequestOptions = {}): Promise<ApiKey> =>
  client.send({ method: 'DELETE', path: `/auth/api-keys/${segment(id)}` }, options);
