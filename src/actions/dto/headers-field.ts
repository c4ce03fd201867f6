export const MAX_HEADERS = 50;
const MAX_NAME = 128;
export const MAX_VALUE = 4096;

/** A header's name (RFC 9110, token). */
const NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/** Headers that belong to the connection, or that the service sends itself. */
const RESERVED = new Set([
  ...[
    'host',
    'content-length',
    'transfer-encoding',
    'connection',
    'keep-alive',
    'upgrade',
    'te',
    'trailer',
    'expect',
  ],
  ...['proxy-authorization', 'proxy-connection', 'accept-encoding', 'idempotency-key', 'traceparent'],
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
]);

/** Why these cannot be headers of a call; undefined when they can. */
export function headersFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'an object of texts, such as {"Accept": "application/json"}';
  if (Object.keys(value).length > MAX_HEADERS) return `at most ${String(MAX_HEADERS)} headers`;
  const headers = Object.entries(value);
  const names = headers.map(([name]) => name.toLowerCase());
  if (new Set(names).size < names.length) return 'headers whose names differ in more than case';
  for (const [name, text] of headers) {
    if (name.length > MAX_NAME || !NAME.test(name))
      return `names of headers, which "${name.slice(0, 40)}" is not`;
    if (RESERVED.has(name.toLowerCase()) || name.toLowerCase().startsWith('x-scheduler-'))
      return `headers other than ${name}, which the service sets itself`;
    if (typeof text !== 'string' || text.length > MAX_VALUE)
      return `a text of at most ${String(MAX_VALUE)} characters for ${name}`;
    if (!isHeaderValue(text)) return `visible ASCII characters, spaces and tabs for ${name}`;
  }
  return undefined;
}

/** Whether a text can be the value of a header, wherever it arrives. */
export const isHeaderValue = (text: string): boolean => /^[\t\x20-\x7e]*$/.test(text);
