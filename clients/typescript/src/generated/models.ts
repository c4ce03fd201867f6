// Generated from openapi.json by "npm run sdk". Do not edit.
export interface Welcome {
  message: string;
}

export interface AuditEntry {
  id: number;
  at: string;
  /** The user; null for a visitor, and for the service itself. */
  actor_id: number | null;
  /** The API key that was used, if any. */
  api_key_id: number | null;
  address: string | null;
  action: string;
  target_type: string;
  /** Of a session: the id of its user. */
  target_id: number | null;
  /** Names, and which fields were changed. */
  details: Record<string, unknown>;
}

/** For admins to set; `member` by default. */
export type Role = 'admin' | 'member';

export interface UserCreate {
  first_name: string;
  last_name: string;
  /** Unique without regard to case and to how accents are encoded. */
  email: string;
  password: string;
  /** Unique. It has 3 to 15 digits. */
  phone: string;
  photo?: string | null;
  role?: Role;
}

export interface User {
  id: number;
  first_name: string;
  last_name: string;
  email: string;
  phone: string;
  photo: string | null;
  role: Role;
  created_at: string;
  updated_at: string;
}

export interface UserUpdate {
  first_name?: string;
  last_name?: string;
  /** Unique without regard to case and to how accents are encoded. */
  email?: string;
  password?: string;
  /** Unique. It has 3 to 15 digits. */
  phone?: string;
  photo?: string | null;
  role?: Role;
  /** Needed for a new password or e-mail address of one’s own account; not for anything else, nor by an admin who changes another user. A wrong one counts as a failed attempt to sign in. */
  current_password?: string;
}

export interface Login {
  email: string;
  password: string;
}

export interface SignedIn {
  /** A JWT. Send it as "Authorization: Bearer <token>". */
  token: string;
  user: User;
}

export interface BrowserSession {
  user: User;
}

export interface Session {
  id: string;
  /** Whether it is the session of this request. */
  current: boolean;
  /** Where it was signed in from. */
  address: string;
  /** By what program. */
  user_agent: string;
  created_at: string;
  expires_at: string;
}

export interface ApiKeyCreate {
  name: string;
  /** `read` for requests that change nothing, `write` for the others. */
  scopes: ('read' | 'write')[];
  /** Never, when null. */
  expires_at?: string | null;
}

export interface NewApiKey {
  id: number;
  name: string;
  /** How the key begins. */
  hint: string;
  scopes: ('read' | 'write')[];
  expires_at: string | null;
  /** To the minute. */
  last_used_at: string | null;
  created_at: string;
  /** Shown this once. Send it as "Authorization: Bearer <key>". */
  key: string;
}

export interface ApiKey {
  id: number;
  name: string;
  /** How the key begins. */
  hint: string;
  scopes: ('read' | 'write')[];
  expires_at: string | null;
  /** To the minute. */
  last_used_at: string | null;
  created_at: string;
}

export interface SecretCreate {
  /** Actions refer to it as `{{secrets.CRM_TOKEN}}`. */
  name: string;
  /** Kept as it is, spaces included, and never shown again. */
  value: string;
}

export interface Secret {
  id: number;
  /** Only schedules of this user can use it. */
  owner_id: number;
  name: string;
  created_at: string;
  /** When its value was last set. */
  updated_at: string;
}

export interface SecretUpdate {
  /** Kept as it is, spaces included, and never shown again. */
  value: string;
}

export interface LogAction {
  type: 'log';
}

/** By default `POST`. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface HttpAction {
  type: 'http';
  /** http or https. `{{run.id}}`, `{{run.scheduled_for}}`, `{{run.trigger}}`, `{{run.attempt}}`, `{{schedule.id}}`, `{{schedule.title}}` and `{{secrets.NAME}}` are replaced, here and in `headers` and `body`. */
  url: string;
  method?: HttpMethod;
  /** Those that the service sends itself cannot be set. */
  headers?: Record<string, string>;
  body?: HttpBody;
  /** From the start to the last byte. */
  timeout_seconds?: number;
  /** Statuses, and classes of statuses such as `2xx`, that count as success. */
  expected_statuses?: ExpectedStatus[];
  /** What the first 64 KiB of the answer must contain to count as success. */
  body_contains?: string;
}

/** For an occurrence whose schedule still has an unfinished run: `skip` it, `queue` it (one at most waits), `allow` it to run beside, or `cancel` the other. By default `skip`. */
export type OverlapPolicy = 'skip' | 'queue' | 'allow' | 'cancel';

/** For occurrences that could not be claimed in time: `once` runs the latest, `skip` only one that is at most 60 s late, `all` each (the latest 100). What does not run becomes one row with status `missed`. By default `once`. */
export type MisfirePolicy = 'once' | 'skip' | 'all';

export interface RetryPolicy {
  /** The first attempt included. */
  max_attempts?: number;
  /** The wait before the second attempt. It doubles with each further one. */
  min_backoff_seconds?: number;
  /** The longest wait. */
  max_backoff_seconds?: number;
}

/** Whether a run whose node died while it was running is executed again, or becomes `interrupted`. By default `at_least_once`. */
export type Delivery = 'at_least_once' | 'at_most_once';

export interface ScheduleCreate {
  title: string;
  description?: string | null;
  /** Cron of 5 fields, or 6 with seconds first: lists, ranges, steps, names, `?`, `L`, `W`, `#`, and `H` (`H/15`, `H(0-29)`) for values spread by a hash of the schedule; when day of month and day of week are both given, either matches. Or `@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly`. Or `@every 1h30m`: a fixed rate from `start_at`, else from creation. Or a date-time such as `2030-01-31T09:00`: once. */
  schedule_interval: string;
  /** An IANA time zone. */
  timezone?: string;
  /** A disabled schedule never fires. */
  enabled?: boolean;
  /** A completed schedule never fires. */
  is_completed?: boolean;
  action?: Action;
  overlap_policy?: OverlapPolicy;
  misfire_policy?: MisfirePolicy;
  /** A misfire older than this never runs. */
  misfire_window_seconds?: number;
  retry_policy?: RetryPolicy;
  delivery?: Delivery;
  /** No occurrence before. */
  start_at?: string | null;
  /** No occurrence after. */
  end_at?: string | null;
  /** After so many runs the schedule is complete. */
  max_runs?: number | null;
  /** Each occurrence is delayed by a stable share of this. */
  jitter_seconds?: number;
  tags?: string[];
}

export interface Schedule {
  id: number;
  /** Null once the owner was deleted. */
  owner_id: number | null;
  title: string;
  description: string | null;
  is_completed: boolean;
  enabled: boolean;
  /** Why the service disabled it; null when a user did. */
  disabled_reason: string | null;
  /** Runs that failed since the latest that succeeded. */
  consecutive_failures: number;
  schedule_interval: string;
  interval_description: string;
  timezone: string;
  action: Action;
  overlap_policy: OverlapPolicy;
  misfire_policy: MisfirePolicy;
  misfire_window_seconds: number;
  retry_policy: RetryPolicy;
  delivery: Delivery;
  start_at: string | null;
  end_at: string | null;
  max_runs: number | null;
  /** Occurrences that were claimed to run. */
  run_count: number;
  jitter_seconds: number;
  tags: string[];
  /** When the latest run was claimed. */
  last_run: string | null;
  /** When it fires next; null when disabled or completed. */
  next_run: string | null;
  created_at: string;
  updated_at: string;
}

export type ScheduleSort =
  | 'id'
  | '-id'
  | 'title'
  | '-title'
  | 'next_run'
  | '-next_run'
  | 'last_run'
  | '-last_run'
  | 'created_at'
  | '-created_at'
  | 'updated_at'
  | '-updated_at';

export interface ListedSchedule {
  id: number;
  /** Null once the owner was deleted. */
  owner_id: number | null;
  title: string;
  description: string | null;
  is_completed: boolean;
  enabled: boolean;
  /** Why the service disabled it; null when a user did. */
  disabled_reason: string | null;
  /** Runs that failed since the latest that succeeded. */
  consecutive_failures: number;
  schedule_interval: string;
  interval_description: string;
  timezone: string;
  action: Action;
  overlap_policy: OverlapPolicy;
  misfire_policy: MisfirePolicy;
  misfire_window_seconds: number;
  retry_policy: RetryPolicy;
  delivery: Delivery;
  start_at: string | null;
  end_at: string | null;
  max_runs: number | null;
  /** Occurrences that were claimed to run. */
  run_count: number;
  jitter_seconds: number;
  tags: string[];
  /** When the latest run was claimed. */
  last_run: string | null;
  /** When it fires next; null when disabled or completed. */
  next_run: string | null;
  created_at: string;
  updated_at: string;
  /** True, and else not there, when the action has a `body` of more than 1,000 characters, as JSON, which is left out here: GET /schedules/{id} has it. To send this `action` back would remove the body. */
  body_left_out?: boolean;
}

export interface PreviewRequest {
  schedule_interval: string;
  timezone?: string;
  count?: number;
  /** Now, when left out. */
  after?: string;
}

export interface Occurrence {
  at: string;
  /** On the clock of the zone. */
  local: string;
  offset: string;
}

export interface Preview {
  description: string;
  occurrences: Occurrence[];
  /** What may surprise: a clock change falls in between, occurrences are rare or run out. */
  warnings: string[];
}

export type ManyChange = 'pause' | 'resume' | 'delete';

export interface ManyChanges {
  ids: number[];
  change: ManyChange;
}

export interface NotChanged {
  id: number;
  detail: string;
}

export interface ManyChanged {
  changed: number[];
  /** Those that stay as they were, and why. */
  failed: NotChanged[];
}

export interface ScheduleUpdate {
  title?: string;
  description?: string | null;
  /** Cron of 5 fields, or 6 with seconds first: lists, ranges, steps, names, `?`, `L`, `W`, `#`, and `H` (`H/15`, `H(0-29)`) for values spread by a hash of the schedule; when day of month and day of week are both given, either matches. Or `@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly`. Or `@every 1h30m`: a fixed rate from `start_at`, else from creation. Or a date-time such as `2030-01-31T09:00`: once. */
  schedule_interval?: string;
  /** An IANA time zone. */
  timezone?: string;
  /** A disabled schedule never fires. */
  enabled?: boolean;
  /** A completed schedule never fires. */
  is_completed?: boolean;
  action?: ActionUpdate;
  overlap_policy?: OverlapPolicy;
  misfire_policy?: MisfirePolicy;
  /** A misfire older than this never runs. */
  misfire_window_seconds?: number;
  retry_policy?: RetryPolicyUpdate;
  delivery?: Delivery;
  /** No occurrence before. */
  start_at?: string | null;
  /** No occurrence after. */
  end_at?: string | null;
  /** After so many runs the schedule is complete. */
  max_runs?: number | null;
  /** Each occurrence is delayed by a stable share of this. */
  jitter_seconds?: number;
  tags?: string[];
}

export interface RotatedSecret {
  /** Shown this once. Give it to whoever verifies the calls. */
  signing_secret: string;
  /** Until then the old one signs beside it. */
  previous_valid_until: string;
}

export interface UpcomingOccurrence {
  schedule_id: number;
  title: string;
  at: string;
}

export type RunStatus =
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'timed_out'
  | 'canceled'
  | 'interrupted'
  | 'skipped'
  | 'missed';

export type RunTrigger = 'schedule' | 'catch_up' | 'manual' | 'replay';

export interface ListedRun {
  id: number;
  schedule_id: number;
  /** The occurrence; of several missed ones the first; of a manual run when it was asked for. */
  scheduled_for: string;
  trigger: RunTrigger;
  status: RunStatus;
  /** Attempts started so far. */
  attempt: number;
  /** Attempts it may have. */
  max_attempts: number;
  /** It does not start before: the occurrence and its jitter, then the end of a backoff. */
  available_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** From the occurrence to the start of the first attempt. */
  lateness_ms: number | null;
  /** Of the latest attempt. */
  duration_ms: number | null;
  /** Occurrences this row accounts for that did not run. */
  missed_count: number;
  /** Of the answer to an HTTP call. */
  status_code: number | null;
  /** Why it failed, was canceled, skipped or missed. */
  error: string | null;
  created_at: string;
}

export interface EarlierAttempt {
  attempt: number;
  started_at: string;
  /** Null when its node died in it. */
  duration_ms: number | null;
  status_code: number | null;
  error: string;
  output: string | null;
}

export interface Run {
  id: number;
  schedule_id: number;
  /** The occurrence; of several missed ones the first; of a manual run when it was asked for. */
  scheduled_for: string;
  trigger: RunTrigger;
  status: RunStatus;
  /** Attempts started so far. */
  attempt: number;
  /** Attempts it may have. */
  max_attempts: number;
  /** It does not start before: the occurrence and its jitter, then the end of a backoff. */
  available_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** From the occurrence to the start of the first attempt. */
  lateness_ms: number | null;
  /** Of the latest attempt. */
  duration_ms: number | null;
  /** Occurrences this row accounts for that did not run. */
  missed_count: number;
  /** Of the answer to an HTTP call. */
  status_code: number | null;
  /** What was answered: its first 64 KiB. Lists leave it out. */
  output: string | null;
  /** Why it failed, was canceled, skipped or missed. */
  error: string | null;
  /** The attempts before the latest. Lists leave them out. */
  attempts: EarlierAttempt[];
  created_at: string;
}

export interface RecentRun {
  id: number;
  /** The occurrence; of several missed ones the first; of a manual run when it was asked for. */
  scheduled_for: string;
  status: RunStatus;
  /** Of the latest attempt. */
  duration_ms: number | null;
}

export interface RecentRuns {
  schedule_id: number;
  /** The latest first. */
  runs: RecentRun[];
}

export interface RunEvent {
  id: number;
  schedule_id: number;
  /** The occurrence; of several missed ones the first; of a manual run when it was asked for. */
  scheduled_for: string;
  trigger: RunTrigger;
  status: RunStatus;
  /** Attempts started so far. */
  attempt: number;
  /** From the occurrence to the start of the first attempt. */
  lateness_ms: number | null;
  /** Of the latest attempt. */
  duration_ms: number | null;
  /** Of the answer to an HTTP call. */
  status_code: number | null;
  /** Why it failed, was canceled, skipped or missed. */
  error: string | null;
  schedule_title: string;
}

export type ScheduleChange = 'created' | 'updated' | 'deleted';

export interface ScheduleEvent {
  id: number;
  change: ScheduleChange;
}

export interface HourOfRuns {
  /** When the hour begins. */
  at: string;
  succeeded: number;
  failed: number;
  timed_out: number;
  canceled: number;
  interrupted: number;
  skipped: number;
  /** Occurrences, of which several may share a run row. */
  missed: number;
  /** Of half the occurrences that ran the lateness was at most this; null when there were none. */
  lateness_p50_ms: number | null;
  lateness_max_ms: number | null;
}

export interface ScheduleCounts {
  total: number;
  /** Those that will fire: enabled, and not completed. */
  enabled: number;
  completed: number;
  /** Those whose latest run that was over failed. */
  failing: number;
}

export interface FailingSchedule {
  schedule_id: number;
  title: string;
  consecutive_failures: number;
  last_error: string | null;
  last_failed_at: string | null;
}

export interface Overview {
  /** Since when runs are counted: where there are too many, later than was asked for. */
  from: string;
  to: string;
  /** False when only the latest runs are counted, or the first schedules, because there are so many. */
  complete: boolean;
  /** The earliest hour first; hours without runs are there, too. */
  hours: HourOfRuns[];
  schedules: ScheduleCounts;
  /** The 20 that failed most often in a row. */
  failing: FailingSchedule[];
}

export interface Liveness {
  status: string;
}

export type PartStatus = 'up' | 'degraded' | 'down';

export interface PartHealth {
  status: PartStatus;
  /** What is amiss. */
  message?: string;
  /** What the answer took, in milliseconds. */
  responseTime?: number;
  /** Whether the answer is that of a probe a moment ago. */
  cachedResponse?: boolean;
}

export type HealthStatus = 'ok' | 'degraded' | 'error' | 'shutting_down';

export interface Health {
  status: HealthStatus;
  /** Those that are up. */
  info?: Record<string, PartHealth>;
  /** Those that are down. */
  error?: Record<string, PartHealth>;
  /** All. */
  details: Record<string, PartHealth>;
}

export interface FieldProblem {
  /** Path of the field in the request. */
  field: string;
  message: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Every field that is wrong, for status 422. */
  errors?: FieldProblem[];
}

/** Nothing more is said. */
export type ResetEvent = Record<string, never>;

/** The data of one event; its name says which. */
export type EventData = RunEvent | ScheduleEvent | ResetEvent;

/** A text is sent as it is; any other JSON value as JSON. An action has at most 64 KiB in all, as JSON. */
export type HttpBody = string | Record<string, unknown> | unknown[] | number | boolean;

export type ExpectedStatus = number | string;

export type Action = LogAction | HttpAction;

export interface HttpActionUpdate {
  type: 'http';
  /** http or https. `{{run.id}}`, `{{run.scheduled_for}}`, `{{run.trigger}}`, `{{run.attempt}}`, `{{schedule.id}}`, `{{schedule.title}}` and `{{secrets.NAME}}` are replaced, here and in `headers` and `body`. */
  url: string;
  method?: HttpMethod;
  /** Those that the service sends itself cannot be set. */
  headers?: Record<string, string>;
  body?: HttpBody;
  /** From the start to the last byte. */
  timeout_seconds?: number;
  /** Statuses, and classes of statuses such as `2xx`, that count as success. */
  expected_statuses?: ExpectedStatus[];
  /** What the first 64 KiB of the answer must contain to count as success. */
  body_contains?: string;
}

export type ActionUpdate = LogAction | HttpActionUpdate;

export interface RetryPolicyUpdate {
  /** The first attempt included. */
  max_attempts?: number;
  /** The wait before the second attempt. It doubles with each further one. */
  min_backoff_seconds?: number;
  /** The longest wait. */
  max_backoff_seconds?: number;
}
