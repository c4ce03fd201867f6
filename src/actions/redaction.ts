/** Parts of a secret that is a URL are hidden by themselves when they are at least so long. */
const SHORTEST_PART = 6;

/** One character as URLs (in UTF-8), JSON and HTML spell it. */
const SPELLED =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}|\\u[\da-f]{4}|\\["\\/bfnrt]|&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);/gi;

/** No spelling of a character is longer: `%F0%9F%98%80`. */
const LONGEST_SPELLING = 12;

interface Found {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/**
 * Takes secret values out of what is stored or logged: as they are, with any of their characters spelled as JSON,
 * URLs or HTML do, and as Base64. Of a secret that is a URL, its parts, too: targets like to name the path that
 * they do not have.
 */
export class Redaction {
  private readonly values: readonly { name: string; value: string }[];
  private readonly encoded: readonly { name: string; value: string }[];

  /** Length in bytes of the longest text it takes out; 0 when there is none. */
  readonly longest: number;

  constructor(secrets: ReadonlyMap<string, string>) {
    this.values = [...secrets].flatMap(([name, value]) =>
      partsOf(value).map((part) => ({ name, value: part })),
    );
    this.encoded = [...secrets].flatMap(([name, value]) =>
      base64Of(value).map((text) => ({ name, value: text })),
    );
    this.longest = Math.max(0, ...this.values.map(({ value }) => longestSpelling(value)));
  }

  apply(text: string): string {
    if (this.values.length === 0) return text;
    const found = [...search(plain(text), [...this.values, ...this.encoded])];
    for (const plus of ['+', ' ']) found.push(...search(decoded(text, plus), this.values));
    found.sort((a, b) => a.start - b.start || b.end - a.end);
    let redacted = '';
    let done = 0;
    for (const { start, end, name } of found) {
      if (start >= done) redacted += `${text.slice(done, start)}[secret ${name}]`;
      done = Math.max(done, end);
    }
    return redacted + text.slice(done);
  }
}

/** A text to search in, and where each of its units stands in the text as it came. */
interface View {
  readonly text: string;
  readonly at: (index: number) => number;
}

const plain = (text: string): View => ({ text, at: (index) => index });

/** The text with every spelled character as itself, and with `plus` for each `+`. */
function decoded(text: string, plus: string): View {
  const positions = new Uint32Array(text.length + 1);
  let result = '';
  let done = 0;
  const copy = (end: number): void => {
    for (let index = done; index < end; index++) positions[result.length + index - done] = index;
    result += text.slice(done, end).replaceAll('+', plus);
    done = end;
  };
  for (const { 0: spelled, index } of text.matchAll(SPELLED)) {
    copy(index);
    const character = decode(spelled);
    for (let unit = 0; unit < character.length; unit++) positions[result.length + unit] = index;
    result += character;
    done = index + spelled.length;
  }
  copy(text.length);
  positions[result.length] = text.length;
  return { text: result, at: (index) => positions[index] ?? text.length };
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(spelled: string): string {
  const rest = spelled.slice(1);
  switch (spelled.charAt(0)) {
    case '%':
      return Buffer.from(rest.replaceAll('%', ''), 'hex').toString();
    case '\\':
      return rest.length === 5 ? String.fromCharCode(parseInt(rest.slice(1), 16)) : (ESCAPES[rest] ?? rest);
    default: {
      const name = rest.slice(0, -1).toLowerCase();
      const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      return ENTITIES[name] ?? (code <= 0x10ffff ? String.fromCodePoint(code) : spelled);
    }
  }
}

function* search({ text, at }: View, wanted: readonly { name: string; value: string }[]): Generator<Found> {
  for (const { name, value } of wanted) {
    for (let index = text.indexOf(value); index !== -1; index = text.indexOf(value, index + value.length)) {
      yield { start: at(index), end: at(index + value.length), name };
    }
  }
}

function partsOf(value: string): string[] {
  const url = /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (!url) return [value];
  const parts = [url.href, url.pathname + url.search, url.pathname];
  parts.push(...url.pathname.split('/'), ...url.searchParams.values());
  return [...new Set([value, ...parts.filter((part) => part.length >= SHORTEST_PART)])];
}

function base64Of(value: string): string[] {
  const bytes = Buffer.from(value);
  return [...new Set([bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')])];
}

/** Letters and digits are hardly ever spelled otherwise. Base64 takes less than this. */
const longestSpelling = (value: string): number =>
  Buffer.byteLength(value) +
  [...value].reduce((sum, character) => sum + (/[A-Za-z\d]/.test(character) ? 1 : LONGEST_SPELLING), 0);
