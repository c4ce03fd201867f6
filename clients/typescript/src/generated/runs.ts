// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type Page, type RequestOptions, segment } from '../client.js';
import type { ListedRun, RecentRuns, Run, RunStatus } from './models.js';

export interface ListRunsQuery {
  limit?: number;
  /** Where the page starts: the cursor that a Link header gave. */
  cursor?: string;
  schedule_id?: number;
  status?: RunStatus;
  /** Scheduled for this instant or later. */
  from?: string;
  /** Scheduled for before this instant. */
  to?: string;
}

/** What became of occurrences, newest first */
export const list = (
  client: Client,
  query: ListRunsQuery = {},
  options: RequestOptions = {},
): Promise<Page<ListedRun>> => client.page({ method: 'GET', path: `/runs`, query }, options);

/** One run */
export const get = (client: Client, id: number, options: RequestOptions = {}): Promise<Run> =>
  client.send({ method: 'GET', path: `/runs/${segment(id)}` }, options);

/** End a run that is queued or running */
export const cancel = (client: Client, id: number, options: RequestOptions = {}): Promise<Run> =>
  client.send({ method: 'POST', path: `/runs/${segment(id)}/cancel` }, options);

/** Do once more what a run did or should have done */
export const replay = (client: Client, id: number, options: RequestOptions = {}): Promise<Run> =>
  client.send({ method: 'POST', path: `/runs/${segment(id)}/replay` }, options);

export interface ListRecentRunsQuery {
  /** Ids of schedules, by commas; at most 100. Those that are not there are left out. */
  ids: string;
  limit?: number;
}

/** The latest runs of several schedules */
export const listRecentRuns = (
  client: Client,
  query: ListRecentRunsQuery,
  options: RequestOptions = {},
): Promise<RecentRuns[]> => client.send({ method: 'GET', path: `/schedules/recent-runs`, query }, options);
