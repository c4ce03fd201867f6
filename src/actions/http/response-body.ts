import type { Redaction } from '../redaction.js';

/** What is kept of an answer. */
const KEPT_BYTES = 64 * 1024;

/** An answer that goes on beyond this is cut off: nobody waits for the end of an endless one. */
const LONGEST_BODY_BYTES = 10 * 1024 * 1024;

const COMPRESSIONS = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress', 'br', 'zstd']);

/** The beginning of an answer's body. */
export interface ResponseBody {
  /** As it came, for looking at. */
  readonly text: string;
  /** As it may be stored: without secrets. */
  readonly output: string;
  /** Why it did not come to its end; undefined when it did. */
  readonly fault: Error | undefined;
}

/** A body that was cut off because it is too long. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong';
}

/**
 * Reads a body to its end, and keeps its first 64 KiB. What is broken off keeps what came before. Nothing is
 * decompressed.
 */
export async function readBody(
  chunks: AsyncIterable<Buffer>,
  contentEncoding: string | undefined,
  redaction: Redaction,
): Promise<ResponseBody> {
  // A secret that lies across the end of what is kept is to be seen as a whole.
  const limit = KEPT_BYTES + redaction.longest;
  const kept: Buffer[] = [];
  let bytes = 0;
  let fault: Error | undefined;
  try {
    for await (const chunk of chunks) {
      if (bytes < limit) kept.push(chunk.subarray(0, limit - bytes));
      bytes += chunk.length;
      if (bytes > LONGEST_BODY_BYTES)
        throw new BodyTooLong(`the answer is longer than ${String(LONGEST_BODY_BYTES)} bytes`);
    }
  } catch (error) {
    fault = error as Error;
  }
  if (COMPRESSIONS.has(contentEncoding ?? '')) {
    const note = `(${String(bytes)} bytes, compressed by ${contentEncoding ?? ''}: not shown)`;
    return { text: '', output: note, fault };
  }
  const whole = bytes <= limit && !fault;
  const text = decode(Buffer.concat(kept));
  return {
    text,
    output: cut(whole ? redaction.apply(text) : redactPart(text, redaction), KEPT_BYTES),
    fault,
  };
}

const utf8 = new TextDecoder();

/** NUL becomes the replacement character: not every database can store it. */
const decode = (bytes: Buffer): string => utf8.decode(bytes).replaceAll('\0', '\uFFFD');

/** The end of a part may be the beginning of a secret. */
function redactPart(text: string, redaction: Redaction): string {
  const redacted = redaction.apply(text);
  return redacted.slice(0, redacted.length - redaction.longest);
}

/** At most so many bytes of UTF-8, without half a character at the end. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}
