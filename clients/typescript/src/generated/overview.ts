// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type RequestOptions } from '../client.js';
import type { Overview } from './models.js';

export interface GetOverviewQuery {
  hours?: number;
}

/** getOverview */
export const get = (
  client: Client,
  query: GetOverviewQuery = {},
  options: RequestOptions = {},
): Promise<Overview> => client.send({ method: 'GET', path: `/overview`, query }, options);
