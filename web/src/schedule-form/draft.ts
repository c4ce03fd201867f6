import type { HttpAction, Schedule, ScheduleCreate } from '@scheduler-service/client';
import { VIEWER_ZONE } from '../ui/time.js';

export interface HeaderDraft {
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

/** A schedule as its form holds it: every field is there, and texts may be half typed. */
export interface Draft {
  title: string;
  description: string;
  schedule_interval: string;
  timezone: string;
  tags: string[];
  kind: 'log' | 'http';
  method: NonNullable<HttpAction['method']>;
  url: string;
  headers: HeaderDraft[];
  body: string;
  bodyIsJson: boolean;
  timeout_seconds: number | '';
  expected_statuses: string[];
  body_contains: string;
  overlap_policy: Schedule['overlap_policy'];
  misfire_policy: Schedule['misfire_policy'];
  misfire_window_seconds: number | '';
  delivery: Schedule['delivery'];
  max_attempts: number | '';
  min_backoff_seconds: number | '';
  max_backoff_seconds: number | '';
  jitter_seconds: number | '';
  max_runs: number | '';
  start_at: string;
  end_at: string;
}

export const BLANK: Draft = {
  title: '',
  description: '',
  schedule_interval: '0 9 * * MON-FRI',
  timezone: VIEWER_ZONE,
  tags: [],
  kind: 'http',
  method: 'POST',
  url: '',
  headers: [],
  body: '',
  bodyIsJson: true,
  timeout_seconds: 30,
  expected_statuses: ['2xx'],
  body_contains: '',
  overlap_policy: 'skip',
  misfire_policy: 'once',
  misfire_window_seconds: 86_400,
  delivery: 'at_least_once',
  max_attempts: 3,
  min_backoff_seconds: 5,
  max_backoff_seconds: 3600,
  jitter_seconds: 0,
  max_runs: '',
  start_at: '',
  end_at: '',
};

export function draftOf(schedule: Schedule): Draft {
  const { action, retry_policy: retry } = schedule;
  const http = action.type === 'http' ? action : undefined;
  const { body } = http ?? {};
  return {
    ...BLANK,
    title: schedule.title,
    description: schedule.description ?? '',
    schedule_interval: schedule.schedule_interval,
    timezone: schedule.timezone,
    tags: schedule.tags,
    kind: action.type,
    method: http?.method ?? 'POST',
    url: http?.url ?? '',
    headers: Object.entries(http?.headers ?? {}).map(([name, value], key) => ({ key, name, value })),
    body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body, null, 2),
    bodyIsJson: typeof body !== 'string',
    timeout_seconds: http?.timeout_seconds ?? 30,
    expected_statuses: (http?.expected_statuses ?? ['2xx']).map(String),
    body_contains: http?.body_contains ?? '',
    overlap_policy: schedule.overlap_policy,
    misfire_policy: schedule.misfire_policy,
    misfire_window_seconds: schedule.misfire_window_seconds,
    delivery: schedule.delivery,
    max_attempts: retry.max_attempts ?? 3,
    min_backoff_seconds: retry.min_backoff_seconds ?? 5,
    max_backoff_seconds: retry.max_backoff_seconds ?? 3600,
    jitter_seconds: schedule.jitter_seconds,
    max_runs: schedule.max_runs ?? '',
    start_at: schedule.start_at ?? '',
    end_at: schedule.end_at ?? '',
  };
}

/** What is wrong with a body that should be JSON; undefined when it is. */
export function bodyFault({ kind, body, bodyIsJson }: Draft): string | undefined {
  if (kind !== 'http' || !bodyIsJson || body.trim() === '') return undefined;
  try {
    JSON.parse(body);
    return undefined;
  } catch (error) {
    return `Not JSON: ${error instanceof Error ? error.message : String(error)}. To send it as it is, choose Text.`;
  }
}

/** An emptied number means the service's default. */
const orDefault = (value: number | ''): number | undefined => (value === '' ? undefined : value);

export const scheduleOf = (draft: Draft): ScheduleCreate => ({
  title: draft.title.trim(),
  description: draft.description.trim() === '' ? null : draft.description.trim(),
  schedule_interval: draft.schedule_interval.trim(),
  timezone: draft.timezone.trim(),
  tags: draft.tags,
  action: draft.kind === 'log' ? { type: 'log' } : httpActionOf(draft),
  overlap_policy: draft.overlap_policy,
  misfire_policy: draft.misfire_policy,
  misfire_window_seconds: orDefault(draft.misfire_window_seconds),
  delivery: draft.delivery,
  retry_policy: {
    max_attempts: orDefault(draft.max_attempts),
    min_backoff_seconds: orDefault(draft.min_backoff_seconds),
    max_backoff_seconds: orDefault(draft.max_backoff_seconds),
  },
  jitter_seconds: orDefault(draft.jitter_seconds),
  max_runs: draft.max_runs === '' ? null : draft.max_runs,
  start_at: draft.start_at.trim() === '' ? null : draft.start_at.trim(),
  end_at: draft.end_at.trim() === '' ? null : draft.end_at.trim(),
});

function httpActionOf(draft: Draft): HttpAction {
  const headers = draft.headers
    .filter(({ name }) => name.trim() !== '')
    .map(({ name, value }) => [name.trim(), value]);
  return {
    type: 'http',
    url: draft.url.trim(),
    method: draft.method,
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) as Record<string, string> }),
    ...(draft.body.trim() !== '' && {
      body: draft.bodyIsJson ? (JSON.parse(draft.body) as HttpAction['body']) : draft.body,
    }),
    timeout_seconds: orDefault(draft.timeout_seconds),
    expected_statuses: draft.expected_statuses.map((status) =>
      /^\d+$/.test(status) ? Number(status) : status,
    ),
    ...(draft.body_contains !== '' && { body_contains: draft.body_contains }),
  };
}
