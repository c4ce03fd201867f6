// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type RequestOptions } from '../client.js';
import type { Welcome } from './models.js';

/** Greets */
export const getWelcome = (client: Client, options: RequestOptions = {}): Promise<Welcome> =>
  client.send({ method: 'GET', path: `/` }, options);
