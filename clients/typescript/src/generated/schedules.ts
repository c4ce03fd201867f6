// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type Page, type RequestOptions, segment } from '../client.js';
import type {
  ListedRun,
  ListedSchedule,
  ManyChanged,
  ManyChanges,
  Occurrence,
  Preview,
  PreviewRequest,
  RotatedSecret,
  Run,
  RunStatus,
  Schedule,
  ScheduleCreate,
  ScheduleSort,
  ScheduleUpdate,
} from './models.js';

/** Create a schedule */
export const create = (
  client: Client,
  body: ScheduleCreate,
  options: RequestOptions = {},
): Promise<Schedule> => client.send({ method: 'POST', path: `/schedules`, body }, options);

export interface ListSchedulesQuery {
  limit?: number;
  /** Where the page starts: the cursor that a Link header gave. */
  cursor?: string;
  /** What the list is in the order of; with a `-`, the other way round. Titles go without regard to case. Schedules without such an instant are last either way; of equal ones, the id decides. */
  sort?: ScheduleSort;
  enabled?: boolean;
  is_completed?: boolean;
  /** One of its tags. */
  tag?: string;
  /** A part of the title or the description. */
  q?: string;
}

/** All schedules; a member sees its own */
export const list = (
  client: Client,
  query: ListSchedulesQuery = {},
  options: RequestOptions = {},
): Promise<Page<ListedSchedule>> => client.page({ method: 'GET', path: `/schedules`, query }, options);

/** When an interval would fire; nothing is stored */
export const preview = (
  client: Client,
  body: PreviewRequest,
  options: RequestOptions = {},
): Promise<Preview> => client.send({ method: 'POST', path: `/schedules/preview`, body }, options);

/** Pause, resume or delete many schedules, each as if it were alone */
export const change = (
  client: Client,
  body: ManyChanges,
  options: RequestOptions = {},
): Promise<ManyChanged> => client.send({ method: 'POST', path: `/schedules/bulk`, body }, options);

export interface ListScheduleUpcomingQuery {
  count?: number;
}

/** The next occurrences of a schedule */
export const listUpcoming = (
  client: Client,
  id: number,
  query: ListScheduleUpcomingQuery = {},
  options: RequestOptions = {},
): Promise<Occurrence[]> =>
  client.send({ method: 'GET', path: `/schedules/${segment(id)}/upcoming`, query }, options);

/** One schedule */
export const get = (client: Client, id: number, options: RequestOptions = {}): Promise<Schedule> =>
  client.send({ method: 'GET', path: `/schedules/${segment(id)}` }, options);

/** Change a schedule; counts for the very next occurrence */
export const update = (
  client: Client,
  id: number,
  body: ScheduleUpdate,
  options: RequestOptions = {},
): Promise<Schedule> => client.send({ method: 'PATCH', path: `/schedules/${segment(id)}`, body }, options);

/** Delete a schedule; it never fires again */
const remove = (client: Client, id: number, options: RequestOptions = {}): Promise<Schedule> =>
  client.send({ method: 'DELETE', path: `/schedules/${segment(id)}` }, options);

export { remove as delete };

/** Have calls signed by a new secret, shown once; the old one signs beside it for 24 hours */
export const rotateSigningSecret = (
  client: Client,
  id: number,
  options: RequestOptions = {},
): Promise<RotatedSecret> =>
  client.send({ method: 'POST', path: `/schedules/${segment(id)}/rotate-signing-secret` }, options);

/** Run now, also when disabled or completed */
export const run = (client: Client, id: number, options: RequestOptions = {}): Promise<Run> =>
  client.send({ method: 'POST', path: `/schedules/${segment(id)}/run` }, options);

export interface ListScheduleRunsQuery {
  limit?: number;
  /** Where the page starts: the cursor that a Link header gave. */
  cursor?: string;
  status?: RunStatus;
  /** Scheduled for this instant or later. */
  from?: string;
  /** Scheduled for before this instant. */
  to?: string;
}

/** The runs of one schedule, newest first */
export const listRuns = (
  client: Client,
  id: number,
  query: ListScheduleRunsQuery = {},
  options: RequestOptions = {},
): Promise<Page<ListedRun>> =>
  client.page({ method: 'GET', path: `/schedules/${segment(id)}/runs`, query }, options);
