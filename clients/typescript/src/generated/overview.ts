// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type RequestOptions } from '../client.js';
import type { Overview, UpcomingOccurrence } from './models.js';

export interface ListUpcomingQuery {
  /** Up to this instant; a day from now, when left out. */
  to?: string;
  limit?: number;
}

/** The next occurrences of all schedules together, in order; a member sees those of its own */
export const listUpcoming = (
  client: Client,
  query: ListUpcomingQuery = {},
  options: RequestOptions = {},
): Promise<UpcomingOccurrence[]> => client.send({ method: 'GET', path: `/upcoming`, query }, options);

export interface GetOverviewQuery {
  /** Hours of the clock (UTC), of which the current one is the last. */
  hours?: number;
}

/** How it goes: runs by the hour, schedules by how they are; a member sees its own */
export const get = (
  client: Client,
  query: GetOverviewQuery = {},
  options: RequestOptions = {},
): Promise<Overview> => client.send({ method: 'GET', path: `/overview`, query }, options);
