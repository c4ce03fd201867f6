import { isCommonWord } from './common-words.js';
import { STRETCH } from './folding.js';

/** What a character of a secret tells. */
export const COMMON = 0;
export const OWN = 1;
/** What stands around a URL's own parts: its scheme, its host, and the names in its query. */
export const FRAME = 2;

/** The parts of a URL that come before its path. */
const URL_FRAME = /^(\s*[a-z][a-z\d+.-]*:\/\/)(?:([^/?#@\\]*)@)?([^/?#\\]*)/i;

/** A part of a path that the parser of URLs takes away or changes. */
const CHANGED_IN_PATHS = /\\|(?:^|\/)(?:\.|%2e){1,2}(?:[/\\?#]|$)/i;

/** Base64 in a header; the rest of it has other separators. */
const BASIC = /^\s*(?:basic\s+)?([a-z\d+/_-]{6,}={0,2})\s*$/i;

/** A text that stands for a secret, in a request or by itself. */
export interface SecretForm {
  readonly text: string;
  readonly isUrl: boolean;
  /** Names of hosts, and the halves of credentials: hidden wherever they stand by themselves. */
  readonly words: readonly string[];
}

/** The secret as it was stored, as the parser of URLs writes it, and the credentials that it is the Base64 of. */
export function formsOf(value: string): SecretForm[] {
  const forms = [formOf(value)];
  if (forms[0]?.isUrl) forms.push(formOf(new URL(value).href));
  if (CHANGED_IN_PATHS.test(value)) {
    const { pathname, search, hash } = new URL(`http://x/${value}`);
    forms.push(formOf(pathname.slice(1) + search + hash));
  }
  const credentials = credentialsIn(value);
  if (credentials !== undefined) forms.push(formOf(credentials));
  return forms;
}

function formOf(text: string): SecretForm {
  const frame = URL.canParse(text) ? URL_FRAME.exec(text) : null;
  if (!frame) {
    const pair = /^\s*([^\s:/]+):([^\s:/]+)\s*$/.exec(text);
    return { text, isUrl: false, words: pair ? pair.slice(1) : [] };
  }
  const { hostname, username, password } = new URL(text);
  const [, , userinfo = '', host = ''] = frame;
  const hosts = [hostname, host.replace(/:\d*$/, '')].map(withoutBrackets);
  const labels = hostname.split('.').filter((label) => label.length >= STRETCH && /\d/.test(label));
  return { text, isUrl: true, words: [...hosts, ...labels, username, password, ...userinfo.split(':')] };
}

export const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** `user:password`, of a header `Basic …`; undefined when it is none. */
export function credentialsIn(header: string): string | undefined {
  const [, base64] = BASIC.exec(header) ?? [];
  if (base64 === undefined) return undefined;
  const text = Buffer.from(base64, 'base64').toString();
  // What is no Base64 becomes something unprintable.
  return /^[^\p{C}\uFFFD]*:[^\p{C}\uFFFD]*$/u.test(text) ? text : undefined;
}

/** By character: whether it is the secret's own. */
export function kindsOf({ text, isUrl }: SecretForm): Uint8Array {
  const kinds = new Uint8Array(text.length).fill(OWN);
  for (const { 0: word, index } of text.matchAll(/%[\da-f]{2}|[a-z\d]+|[/:.?&=;,@]/gi)) {
    if (!/^[a-z\d]/i.test(word) ? !word.startsWith('%') : isCommonWord(word))
      kinds.fill(COMMON, index, index + word.length);
  }
  const [whole = '', scheme = '', , host = ''] = (isUrl && URL_FRAME.exec(text)) || [];
  kinds.fill(FRAME, 0, scheme.length).fill(FRAME, whole.length - host.length, whole.length);
  if (!isUrl) return kinds;
  for (const { 0: name, index } of text.matchAll(/(?<=[?&])[^=&#?]*(?==)/g))
    kinds.fill(FRAME, index, index + name.length);
  return kinds;
}
