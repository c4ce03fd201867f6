import pg from 'pg';

/** A server that says nothing for so long, to anything that is asked of it, is lost. */
export const ANSWER_MS = 30_000;

/**
 * A connection to PostgreSQL that ends when it keeps silent, so that whoever has it gets another one. pg's own
 * `query_timeout` gives up on the query alone: the connection would go back to its pool, and fail everybody who gets it.
 */
export class AnsweringClient extends pg.Client {
  constructor(config: pg.ClientConfig & { answerMs?: number }) {
    super(config);
    const { answerMs = ANSWER_MS } = config;
    const query = this.query.bind(this) as (...asked: unknown[]) => unknown;
    const answered = (...asked: unknown[]): unknown => {
      const answer = query(...asked);
      if (answer instanceof Promise) this.limit(answer, answerMs);
      return answer;
    };
    this.query = answered as typeof this.query;
  }

  /** Everything that is asked on a connection fails when it ends. */
  private limit(answer: Promise<unknown>, answerMs: number): void {
    let settled = false;
    const timer = setTimeout(() => {
      // The answer may have arrived while this process did not listen.
      setImmediate(() => {
        if (!settled) void this.end();
      });
    }, answerMs);
    const settle = (): void => {
      settled = true;
      clearTimeout(timer);
    };
    answer.then(settle, settle);
  }
}
