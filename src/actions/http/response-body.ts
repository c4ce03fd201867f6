import type { Redaction } from '../redaction.js';
import { headerOf, type HttpAnswer } from './http-exchange.js';

/** What is kept of an answer. */
const KEPT_BYTES = 64 * 1024;

const COMPRESSIONS = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress', 'br', 'zstd']);

/** So many bytes of an answer tell all that is to be shown of it: a secret across the end of those is seen as a whole. */
export const bytesWanted = (redaction: Redaction): number => KEPT_BYTES + redaction.longest;

/** The body of an answer. */
export interface ResponseBody {
  /** As it came, for looking at. */
  readonly text: string;
  /** As it may be stored: without secrets. */
  readonly output: string;
}

/** What of an answer, of which `bytesWanted` were kept, may be looked at and stored. Nothing is decompressed. */
export function readBody(answer: HttpAnswer, redaction: Redaction): ResponseBody {
  const { body, bodyBytes, fault } = answer;
  const encoding = headerOf(answer, 'content-encoding')?.toLowerCase() ?? '';
  if (COMPRESSIONS.has(encoding))
    return { text: '', output: `(${String(bodyBytes)} bytes, compressed by ${encoding}: not shown)` };
  const text = decode(body);
  const whole = bodyBytes <= bytesWanted(redaction) && !fault;
  return { text, output: cut(whole ? redaction.apply(text) : redactPart(text, redaction), KEPT_BYTES) };
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
