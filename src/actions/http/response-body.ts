import { TextDecoder } from 'node:util';
import type { Redaction } from '../redaction.js';
import { headerOf, type HttpAnswer } from './http-exchange.js';

/** What is kept of an answer. */
const KEPT_BYTES = 64 * 1024;

const COMPRESSIONS = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress', 'br', 'zstd']);
const TOLD_COMPRESSIONS = 5;

/** So many bytes of an answer tell all that is to be shown of it: a secret across the end of those is seen as a whole. */
export const bytesWanted = (redaction: Redaction): number => KEPT_BYTES + redaction.lookAhead;

/** The body of an answer. */
export interface ResponseBody {
  /** As it came, for looking at. */
  readonly text: string;
  /** As it may be stored: without secrets. */
  readonly output: string;
}

/** What of an answer, of which `bytesWanted` were kept, may be looked at and stored. Nothing is decompressed. */
export async function readBody(answer: HttpAnswer, redaction: Redaction): Promise<ResponseBody> {
  const { body, bodyBytes, fault } = answer;
  const codings = (headerOf(answer, 'content-encoding') ?? '').toLowerCase().split(/[\s,]+/);
  const compressions = codings.filter((coding) => COMPRESSIONS.has(coding)).slice(0, TOLD_COMPRESSIONS);
  if (compressions.length > 0) {
    const by = compressions.join(', ');
    return { text: '', output: `(${String(bodyBytes)} bytes, compressed by ${by}: not shown)` };
  }
  const text = decode(body, headerOf(answer, 'content-type') ?? '');
  const breaksOff = bodyBytes > body.length || fault !== undefined;
  return { text, output: cut(await redaction.apply(text, breaksOff), KEPT_BYTES) };
}

/** In the charset that its header or its first bytes name. NUL becomes U+FFFD: not every database can store it. */
function decode(bytes: Buffer, contentType: string): string {
  const named = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1];
  return decoderOf(MARKS.find(({ mark }) => bytes.subarray(0, mark.length).equals(mark))?.charset ?? named)
    .decode(bytes)
    .replaceAll('\0', '\uFFFD');
}

/** How a text begins that says by itself what it is in. */
const MARKS = [
  { mark: Buffer.from([0xff, 0xfe]), charset: 'utf-16le' },
  { mark: Buffer.from([0xfe, 0xff]), charset: 'utf-16be' },
];

const utf8 = new TextDecoder();

/** A charset that nobody knows is taken for UTF-8. */
function decoderOf(charset: string | undefined): TextDecoder {
  if (charset === undefined || /^utf-?8$/i.test(charset)) return utf8;
  try {
    return new TextDecoder(charset);
  } catch {
    return utf8;
  }
}

/** At most so many bytes of UTF-8, without half a character at the end. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}
