import type { Problem } from './generated/models.js';

/** The service's refusal, as problem details (RFC 9457). */
export class ApiError extends Error {
  readonly status: number;
  /** Seconds to wait before the next try, when the service says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly problem: Problem,
    retryAfter: string | null = null,
  ) {
    super(problem.detail);
    this.name = 'ApiError';
    this.status = problem.status;
    this.retryAfterSeconds = retryAfter === null ? undefined : Number(retryAfter);
  }

  /** What is wrong with each field that is: `{ schedule_interval: 'a cron expression …' }`. */
  get fields(): Readonly<Record<string, string>> {
    return Object.fromEntries((this.problem.errors ?? []).map(({ field, message }) => [field, message]));
  }
}

/** The problem in a response; a proxy's page of HTML becomes one too. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as Partial<Problem> | null;
    if (typeof problem?.detail === 'string') return problem as Problem;
  } catch {
    // Not JSON: not from the service.
  }
  const { status, statusText: title } = response;
  return { type: 'about:blank', title, status, detail: `${String(status)} ${title}`.trim() };
}
