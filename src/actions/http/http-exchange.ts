import type { Dispatcher } from 'undici';
import type { Connection } from './call-client.js';

/** An answer that goes on beyond this is cut off: nobody waits for the end of an endless one. */
const LONGEST_BODY_BYTES = 10 * 1024 * 1024;

/** Those that an answer has more than once are lists. */
type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What a target answered. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: HttpHeaders;
  /** The beginning of the body, as it came. */
  readonly body: Buffer;
  /** How long the body is, as far as it came. */
  readonly bodyBytes: number;
  /** Why the body did not come to its end; undefined when it did. */
  readonly fault: Error | undefined;
}

/** The header of that name (in lower case), the first where there are several. */
export function headerOf({ headers }: HttpAnswer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A body that was cut off because it is too long. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong';
}

/** One call, as undici tells of it. Bodies are read to their end, so that the connection can be used again. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  /** Rejects when it ends without headers; a body that breaks off is an answer. */
  readonly answer: Promise<HttpAnswer>;
  private resolve!: (answer: HttpAnswer) => void;
  private reject!: (reason: Error) => void;
  /** Over which it goes. */
  connection: Connection | undefined;
  private ended = false;
  private statusCode = 0;
  private headers: HttpHeaders = {};
  private readonly kept: Buffer[] = [];
  private bytes = 0;

  /** @param keptBytes so much of the body is kept */
  constructor(private readonly keptBytes: number) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // A call that could not even be sent may be told to stop when nobody waits for its answer any more.
    this.answer.catch(() => undefined);
  }

  /** Ends the call at once, with what there is of an answer by then. */
  stop(): void {
    this.giveUp(new Error('it was told to stop'));
  }

  onRequestStart(): void {
    // Nothing is known of it yet.
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: HttpHeaders,
  ): void {
    // The others announce the answer.
    if (statusCode < 200) return;
    this.statusCode = statusCode;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.bytes < this.keptBytes) this.kept.push(chunk.subarray(0, this.keptBytes - this.bytes));
    this.bytes += chunk.length;
    if (this.bytes > LONGEST_BODY_BYTES)
      this.giveUp(new BodyTooLong(`the answer is longer than ${String(LONGEST_BODY_BYTES)} bytes`));
  }

  onResponseEnd(): void {
    this.end(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.end(error);
  }

  /** Not before it is over: by then another call may have the connection. */
  private giveUp(reason: Error): void {
    if (this.ended) return;
    this.end(reason);
    this.connection?.socket?.destroy(reason);
  }

  /** What comes later changes nothing. */
  private end(fault: Error | undefined): void {
    this.ended = true;
    const { statusCode, headers, bytes: bodyBytes } = this;
    if (fault && statusCode === 0) this.reject(fault);
    else this.resolve({ statusCode, headers, body: Buffer.concat(this.kept), bodyBytes, fault });
  }
}
