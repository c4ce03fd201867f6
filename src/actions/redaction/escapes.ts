import { type View, ViewBuilder } from './view.js';

/** Escapes in escapes are followed so deep: `%2525` is `%`. */
const ROUNDS = 4;

/** The longest that stands between `&` and `;`. */
const LONGEST_ENTITY = 8;

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const LETTER_X = 0x78;

/** What stands behind a backslash by itself, in JSON, JavaScript and C. */
const BEHIND_BACKSLASH: Readonly<Record<string, number>> = {
  ...{ b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 },
  ...{ '"': 0x22, "'": 0x27, '/': 0x2f, '\\': 0x5c },
};

/** Names that HTML has for what is no letter or digit of ASCII. */
const ENTITIES = new Map<string, number>(
  Object.entries({
    ...{ Tab: 9, NewLine: 10, excl: 0x21, quot: 0x22, QUOT: 0x22, num: 0x23, dollar: 0x24, percnt: 0x25 },
    ...{ amp: 0x26, AMP: 0x26, apos: 0x27, lpar: 0x28, rpar: 0x29, ast: 0x2a, plus: 0x2b, comma: 0x2c },
    ...{ hyphen: 0x2d, dash: 0x2d, period: 0x2e, sol: 0x2f, colon: 0x3a, semi: 0x3b, lt: 0x3c, LT: 0x3c },
    ...{ equals: 0x3d, gt: 0x3e, GT: 0x3e, quest: 0x3f, commat: 0x40, lsqb: 0x5b, bsol: 0x5c, rsqb: 0x5d },
    ...{ Hat: 0x5e, lowbar: 0x5f, grave: 0x60, lcub: 0x7b, verbar: 0x7c, rcub: 0x7d, euro: 0x20ac },
  }),
);
/** Those of Latin-1 from U+00A0 on, in order. */
const LATIN_1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml';
for (const [index, name] of LATIN_1.split(' ').entries()) ENTITIES.set(name, 0xa0 + index);

/** By byte: its value as a digit of hexadecimal numbers, or -1. */
export const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[\da-f]/i.test(character) ? parseInt(character, 16) : -1;
});

/**
 * The view as it is, and with every character that URLs, JSON, JavaScript or HTML spell otherwise as itself, again and
 * again as long as that changes anything: what a secret holds may look like an escape itself, so none of them tells all.
 */
export function unescapings(view: View): View[] {
  const views = [view];
  let current = view;
  for (let round = 0; round < ROUNDS; round++) {
    const next = unescapedOnce(current);
    // Every escape is longer than what it stands for.
    if (next.bytes.length === current.bytes.length) break;
    current = next;
    views.push(current);
  }
  return views;
}

function unescapedOnce(view: View): View {
  const { bytes, starts, ends } = view;
  if (!bytes.includes(PERCENT) && !bytes.includes(BACKSLASH) && !bytes.includes(AMPERSAND)) return view;
  const builder = new ViewBuilder(bytes.length);
  for (let index = 0; index < bytes.length;) {
    const width = escapeAt(view, index, builder);
    if (width === 0) builder.byte(at(bytes, index), at(starts, index), at(ends, index));
    index += width || 1;
  }
  return builder.build();
}

/** Writes what the escape that begins here stands for. @returns how long it is; 0 when there is none */
function escapeAt(view: View, index: number, builder: ViewBuilder): number {
  const byte = view.bytes[index];
  if (byte === BACKSLASH) return behindBackslash(view, index, builder);
  if (byte === AMPERSAND) return entityAt(view, index, builder);
  if (byte !== PERCENT) return 0;
  if (view.bytes[index + 1] === LETTER_U) return unitAt(view, index, builder);
  const code = hexAt(view.bytes, index + 1, 2);
  if (code < 0) return 0;
  builder.byte(code, at(view.starts, index), at(view.ends, index + 2));
  return 3;
}

function behindBackslash(view: View, index: number, builder: ViewBuilder): number {
  const { bytes, starts, ends } = view;
  const next = bytes[index + 1];
  if (next === undefined) return 0;
  if (next === LETTER_U) return unitAt(view, index, builder);
  if (next === LETTER_X) {
    const code = hexAt(bytes, index + 2, 2);
    if (code < 0) return 0;
    builder.byte(code, at(starts, index), at(ends, index + 3));
    return 4;
  }
  const meant = BEHIND_BACKSLASH[String.fromCharCode(next)];
  if (meant === undefined) return 0;
  builder.byte(meant, at(starts, index), at(ends, index + 1));
  return 2;
}

/** `\u00fc` and `%u00fc`, with the other half of what UTF-16 makes two of, and `\u{fc}`. */
function unitAt(view: View, index: number, builder: ViewBuilder): number {
  const { bytes, starts, ends } = view;
  const start = at(starts, index);
  if (bytes[index + 2] === 0x7b) {
    const close = bytes.subarray(index + 3, index + 10).indexOf(0x7d);
    const code = close < 1 ? -1 : hexAt(bytes, index + 3, close);
    if (code < 0 || code > 0x10ffff) return 0;
    builder.character(code, start, at(ends, index + 3 + close));
    return close + 4;
  }
  const unit = hexAt(bytes, index + 2, 4);
  if (unit < 0) return 0;
  const isHigh = unit >= 0xd800 && unit <= 0xdbff;
  const follows = isHigh && bytes[index + 6] === bytes[index] && bytes[index + 7] === LETTER_U;
  const low = follows ? hexAt(bytes, index + 8, 4) : -1;
  if (low >= 0xdc00 && low <= 0xdfff) {
    builder.character(0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff), start, at(ends, index + 11));
    return 12;
  }
  builder.character(unit, start, at(ends, index + 5));
  return 6;
}

function entityAt(view: View, index: number, builder: ViewBuilder): number {
  const { bytes, starts, ends } = view;
  const length = bytes.subarray(index + 1, index + 2 + LONGEST_ENTITY).indexOf(0x3b);
  if (length < 1) return 0;
  const name = String.fromCharCode(...bytes.subarray(index + 1, index + 1 + length));
  const code = /^#\d+$/.test(name)
    ? Number(name.slice(1))
    : /^#x[\da-f]+$/i.test(name)
      ? parseInt(name.slice(2), 16)
      : ENTITIES.get(name);
  if (code === undefined || code > 0x10ffff) return 0;
  builder.character(code, at(starts, index), at(ends, index + 1 + length));
  return length + 2;
}

/** The number that so many hexadecimal digits are; -1 when others stand there. */
function hexAt(bytes: Uint8Array, index: number, digits: number): number {
  let number = 0;
  for (let offset = 0; offset < digits; offset++) {
    const digit = HEX_DIGITS[bytes[index + offset] ?? 0] ?? -1;
    if (digit < 0) return -1;
    number = number * 16 + digit;
  }
  return number;
}

const at = (values: Uint8Array | Uint32Array, index: number): number => values[index] ?? 0;
