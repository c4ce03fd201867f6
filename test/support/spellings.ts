/** One way to write a text down, of which every part is written in one of these ways wherever it stands. */
export interface Spelling {
  readonly title: string;
  readonly write: (text: string) => string;
  /** How parts of a text may look within it. */
  readonly parts: (part: string) => string[];
}

const byteWise = (title: string, write: (text: string) => string): Spelling => ({
  title,
  write,
  parts: (part) => [write(part)],
});

const hexOf = (text: string): string => Buffer.from(text).toString('hex');
const eachByte = (text: string, write: (hex: string) => string): string =>
  (hexOf(text).match(/../g) ?? []).map(write).join('');
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const unicode = (text: string): string =>
  text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const percent = (text: string): string => encodeURIComponent(text.toWellFormed());
const wrap = (text: string, width: number, end: string): string =>
  text.replace(new RegExp(`.{${String(width)}}`, 'g'), `$&${end}`);

/** What of a part's Base64 depends on nothing around it, at each alignment. */
const base64Parts = (part: string, encoding: 'base64' | 'base64url'): string[] =>
  [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(part)]);
    const first = Math.ceil((before * 8) / 6);
    return bytes.toString(encoding).slice(first, Math.floor((bytes.length * 8) / 6));
  });

const base64 = (
  title: string,
  encoding: 'base64' | 'base64url',
  change = (text: string) => text,
): Spelling[] =>
  [0, 1, 2].map((before) => ({
    title: `${title}, from byte ${String(before)} on`,
    write: (text) => change(Buffer.from('>'.repeat(before) + text).toString(encoding)),
    parts: (part) => base64Parts(part, encoding),
  }));

const HTML: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '/': '&#x2F;' },
};

/** How a target may write what it received. */
export const SPELLINGS: readonly Spelling[] = [
  byteWise('as it is', (text) => text),
  byteWise('in upper case', (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase())),
  byteWise('JSON', json),
  byteWise('JSON in JSON', (text) => json(json(text))),
  byteWise('JSON of PHP', (text) => json(text).replaceAll('/', '\\/')),
  byteWise('JSON in ASCII', unicode),
  byteWise('JavaScript', (text) => eachByte(text, (hex) => `\\x${hex}`)),
  byteWise('a URL component', percent),
  byteWise('a URL component in lower case', (text) =>
    percent(text).replace(/%../g, (code) => code.toLowerCase()),
  ),
  byteWise('a URL component twice', (text) => percent(percent(text))),
  byteWise('a URL in which all is spelled', (text) => eachByte(text, (hex) => `%${hex}`)),
  byteWise('a URL in which every other byte is spelled', (text) =>
    text.replace(/[^]/gu, (character) =>
      (character.codePointAt(0) ?? 0) % 2 ? eachByte(character, (hex) => `%${hex}`) : character,
    ),
  ),
  byteWise('a form', (text) => new URLSearchParams({ x: text }).toString().slice(2)),
  byteWise('HTML', (text) => text.replace(/[&<>"'/]/g, (character) => HTML[character] ?? '')),
  byteWise('HTML by numbers', (text) => text.replace(/[^]/gu, (c) => `&#${String(c.codePointAt(0))};`)),
  byteWise('HTML by hexadecimal numbers', (text) =>
    text.replace(/[^]/gu, (c) => `&#x${(c.codePointAt(0) ?? 0).toString(16)};`),
  ),
  byteWise('hexadecimal numbers', hexOf),
  byteWise('hexadecimal numbers in upper case', (text) => hexOf(text).toUpperCase()),
  byteWise('hexadecimal numbers with colons', (text) => eachByte(text, (hex) => `${hex}:`)),
  ...base64('Base64', 'base64'),
  ...base64('Base64 for URLs', 'base64url'),
  ...base64('Base64 without padding', 'base64', (text) => text.replace(/=+$/, '')),
  ...base64('Base64 in lines of 64', 'base64', (text) => wrap(text, 64, '\n')),
  ...base64('Base64 in lines of 76', 'base64', (text) => wrap(text, 76, '\r\n')),
  ...base64('Base64 in lines in JSON', 'base64', (text) => wrap(text, 76, '\\r\\n')),
  ...base64('Base64 in a URL', 'base64', encodeURIComponent),
];

/** What redaction passes over. */
const PASSED_OVER = /[\s+\\"'\p{Cc}]/u;

/** What alone is no part of a value. */
const SEPARATOR = /[/:.?&=;,@]/;

/** Every stretch of a value that is to be hidden wherever it stands: the shortest with eight bytes that count. */
export function stretchesOf(value: string, character = /[^]/gu): string[] {
  const characters = value.match(character) ?? [];
  const stretches: string[] = [];
  for (let begin = 0; begin < characters.length; begin++) {
    if (countOf(characters[begin] ?? '') === 0) continue;
    let counted = 0;
    let end = begin;
    while (end < characters.length && counted < 8) {
      counted += countOf(characters[end++] ?? '');
    }
    const stretch = characters.slice(begin, end);
    const own = stretch.filter((each) => countOf(each) > 0 && !SEPARATOR.test(plainOf(each)));
    if (counted >= 8 && own.length >= 4) stretches.push(stretch.join(''));
  }
  return stretches;
}

const plainOf = (character: string): string =>
  /^%../.test(character) ? String.fromCharCode(parseInt(character.slice(1), 16)) : character;

function countOf(character: string): number {
  const plain = plainOf(character);
  if (PASSED_OVER.test(plain)) return 0;
  return plain === character ? Buffer.byteLength(character) : 1;
}

/** The stretches of a value that a text shows in this spelling. */
export const leaksIn = (shown: string, value: string, spelling: Spelling, character?: RegExp): string[] =>
  stretchesOf(value, character).filter((stretch) =>
    spelling.parts(stretch).some((part) => shown.includes(part)),
  );
