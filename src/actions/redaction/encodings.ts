import { HEX_DIGITS } from './escapes.js';
import { type View, ViewBuilder } from './view.js';

/** By byte: its value as a digit of Base64, of the standard alphabet or the one for URLs, or -1. */
const BASE64_DIGITS = new Int8Array(256).fill(-1);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (const [digit, character] of [...ALPHABET].entries()) BASE64_DIGITS[character.charCodeAt(0)] = digit;
for (const [character, digit] of [
  ['-', 62],
  ['_', 63],
] as const)
  BASE64_DIGITS[character.charCodeAt(0)] = digit;

/**
 * What a text is if it is Base64, or hexadecimal numbers, from each place on where a byte may begin. What is no digit is
 * passed over: line breaks, padding, blanks and colons between bytes. So no run of digits needs to be found first, nor
 * does it matter what stands around it.
 */
export function* decodings(view: View): Generator<View> {
  const base64 = digitsOf(view, BASE64_DIGITS);
  for (let offset = 0; offset < 4; offset++) yield decoded(base64, offset, 6);
  const hex = digitsOf(view, HEX_DIGITS);
  for (let offset = 0; offset < 2; offset++) yield decoded(hex, offset, 4);
}

/** The view's digits, as their values. */
function digitsOf({ bytes, starts, ends }: View, digits: Int8Array): View {
  const builder = new ViewBuilder(bytes.length);
  for (let index = 0; index < bytes.length; index++) {
    const digit = digits[bytes[index] ?? 0] ?? -1;
    if (digit >= 0) builder.byte(digit, starts[index] ?? 0, ends[index] ?? 0);
  }
  return builder.build();
}

/** Digits of so many bits each, as bytes. */
function decoded({ bytes, starts, ends }: View, offset: number, bits: number): View {
  const builder = new ViewBuilder(bytes.length);
  let value = 0;
  let held = 0;
  let start = starts[offset] ?? 0;
  for (let index = offset; index < bytes.length; index++) {
    value = ((value << bits) | (bytes[index] ?? 0)) & 0xffff;
    held += bits;
    if (held < 8) continue;
    held -= 8;
    builder.byte((value >> held) & 0xff, start, ends[index] ?? 0);
    // The bits that are left over belong to the next byte.
    start = (held > 0 ? starts[index] : starts[index + 1]) ?? 0;
  }
  return builder.build();
}
