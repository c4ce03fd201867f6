import { isCommonWord } from './common-words.js';
import { unescapings } from './escapes.js';
import { FOLDED, SEPARATES, SHORTEST_PART, STRETCH } from './folding.js';
import { FRAME, formsOf, kindsOf, OWN, type SecretForm } from './secret-form.js';
import { ShortTexts } from './short-texts.js';
import { StretchTable } from './stretch-table.js';
import type { Turns } from './turns.js';
import { type View, viewOf } from './view.js';

/** A stretch tells something when so many of its bytes are the secret's own. */
const OWN_IN_STRETCH = 4;

/** Numbers by themselves are years, ports and counts; longer ones are parts. */
const LONGEST_COMMON_NUMBER = 5;

/** Texts of common words only, and names of hosts, are looked for as a whole up to this. */
const LONGEST_WORD = 256;

/** So many long words may end alike. */
const WORDS_OF_AN_END = 4;

/** A text of more than `STRETCH` bytes that is hidden as a whole. */
export interface LongWord {
  readonly bytes: Uint8Array;
  readonly bounded: boolean;
  readonly name: number;
}

/** What is looked for, folded; each with the number of its secret, from 1 on. */
export class Needles {
  /** Every stretch that tells something. */
  readonly stretches: StretchTable;
  /** Texts of 4 to 7 bytes: twice the number of the secret, and one more where only a word is meant. */
  readonly words = new ShortTexts();
  /** By the stretch that they end with, for which its place here is the owner, from 1 on. */
  readonly longWords: LongWord[][] = [];
  readonly wordEnds = new StretchTable(0);
  /** How parts begin, for texts that break off: texts of 4 to 7 bytes. */
  readonly beginnings = new ShortTexts();
  /** Secrets of nearly nothing but what is passed over: they are looked for as they are. */
  readonly bare: { readonly text: string; readonly name: number }[] = [];
  /** Some hold others than ASCII, which a target may have written in any charset. */
  beyondAscii = false;
  private readonly known = new Set<string>();

  constructor(values: readonly string[]) {
    // What is spelled in more ways than one is there more than once.
    const lengths = values.map((value) => value.length * (/[%&\\\u0080-\uffff]/.test(value) ? 4 : 1));
    this.stretches = new StretchTable(lengths.reduce((sum, length) => sum + length, 0));
  }

  /** @param name the number of the secret */
  async add(name: number, value: string, turns: Turns): Promise<void> {
    for (const form of formsOf(value)) {
      for (const view of unescapings(viewOf(form.text))) {
        this.addView(name, form, view);
        await turns.next();
      }
      for (const word of form.words) if (!isCommonWord(word)) this.addWord(name, word);
    }
    if (value.length < LONGEST_WORD && folded(viewOf(value)).length < SHORTEST_PART)
      this.bare.push({ text: value, name });
  }

  /** A text that is hidden where it stands by itself. */
  addWord(name: number, text: string): void {
    const view = viewOf(text);
    for (const bytes of unescapings(view).map((reading) => folded(reading))) {
      if (bytes.length >= SHORTEST_PART && bytes.length < STRETCH) this.addShortWord(name, bytes, true);
      else if (bytes.length >= STRETCH && bytes.length <= LONGEST_WORD)
        this.addLongWord({ bytes, bounded: true, name });
    }
  }

  private addView(name: number, form: SecretForm, view: View): void {
    const kinds = kindsOf(form);
    const beyondAscii = view.bytes.some((byte) => byte >= 0x80);
    this.beyondAscii ||= beyondAscii;
    for (const onlyAscii of beyondAscii ? [false, true] : [false]) {
      const stretch = new FoldedForm(view, kinds, onlyAscii);
      const key = `${String(form.isUrl)} ${Buffer.from(stretch.bytes).toString('latin1')}`;
      if (this.known.has(key)) continue;
      this.known.add(key);
      this.addForm(name, stretch);
    }
  }

  private addForm(name: number, { bytes, own, ownBytes, parts }: FoldedForm): void {
    if (bytes.length < STRETCH) {
      if (bytes.length >= SHORTEST_PART) this.addShortWord(name, bytes, false);
    } else {
      const isCommon = ownBytes < OWN_IN_STRETCH;
      if (isCommon && bytes.length <= LONGEST_WORD) this.addLongWord({ bytes, bounded: false, name });
      else this.addStretches(name, bytes, own, isCommon ? 0 : OWN_IN_STRETCH);
      this.addBeginnings(name, bytes);
    }
    for (const part of parts) {
      if (part.length < STRETCH) this.addShortWord(name, part, true);
      this.addBeginnings(name, part);
    }
  }

  private addShortWord(name: number, bytes: Uint8Array, bounded: boolean): void {
    const [high, low] = keyOf(bytes);
    if (!bounded) this.words.set(high, low, name * 2);
    else if (this.words.get(high, low) === undefined) this.words.set(high, low, name * 2 + 1);
  }

  private addLongWord(word: LongWord): void {
    const end = word.bytes.subarray(-STRETCH);
    const [high, low] = keyOf(end);
    const known = this.wordEnds.endOf(high, low);
    let place = known === 0 ? 0 : this.wordEnds.ownerAt(known);
    if (place === 0) {
      place = this.longWords.push([]);
      this.wordEnds.add(high, low, this.wordEnds.append(end, place) + STRETCH);
    }
    const words = this.longWords[place - 1] ?? [];
    if (words.some(({ bytes }) => Buffer.compare(bytes, word.bytes) === 0)) return;
    if (words.length < WORDS_OF_AN_END) {
      words.push(word);
      // The first that is found is the longest.
      words.sort((a, b) => b.bytes.length - a.bytes.length);
    } else this.stretches.add(high, low, this.stretches.append(end, word.name) + STRETCH);
  }

  private addStretches(name: number, bytes: Uint8Array, own: Uint8Array, least: number): void {
    const begin = this.stretches.append(bytes, name);
    let [high, low, count] = [0, 0, 0];
    for (let index = 0; index < bytes.length; index++) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | (bytes[index] ?? 0);
      count += own[index] ?? 0;
      if (index >= STRETCH) count -= own[index - STRETCH] ?? 0;
      if (index >= STRETCH - 1 && count >= least) this.stretches.add(high, low, begin + index + 1);
    }
  }

  private addBeginnings(name: number, bytes: Uint8Array): void {
    for (let length = SHORTEST_PART; length < Math.min(STRETCH, bytes.length); length++)
      this.beginnings.set(...keyOf(bytes.subarray(0, length)), name);
  }
}

/** The bytes of a form that are compared, which of them are its own, and its parts. */
class FoldedForm {
  readonly bytes: Uint8Array;
  readonly own: Uint8Array;
  /** How many bytes are its own. */
  readonly ownBytes: number = 0;
  readonly parts: Uint8Array[] = [];

  constructor({ bytes, starts }: View, kinds: Uint8Array, onlyAscii: boolean) {
    this.bytes = new Uint8Array(bytes.length);
    this.own = new Uint8Array(bytes.length);
    let length = 0;
    let begin = 0;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] ?? 0;
      const kind = kinds[starts[index] ?? 0];
      if (SEPARATES[byte] === 1 || kind === FRAME) this.endPart(begin, length);
      const folded = FOLDED[byte] ?? 0;
      if (folded !== 0 && !(onlyAscii && byte >= 0x80)) {
        if (kind === OWN) {
          this.own[length] = 1;
          this.ownBytes++;
        }
        this.bytes[length++] = folded;
      }
      if (SEPARATES[byte] === 1 || kind === FRAME) begin = length;
    }
    this.endPart(begin, length);
    this.bytes = this.bytes.subarray(0, length);
    this.own = this.own.subarray(0, length);
  }

  private endPart(begin: number, end: number): void {
    if (end - begin < SHORTEST_PART || !this.own.subarray(begin, end).includes(1)) return;
    const part = this.bytes.subarray(begin, end);
    const isNumber = part.every((byte) => byte >= 0x30 && byte <= 0x39);
    if (!isNumber || part.length > LONGEST_COMMON_NUMBER) this.parts.push(part);
  }
}

function folded({ bytes }: View, onlyAscii = false): Uint8Array {
  return bytes
    .filter((byte) => FOLDED[byte] !== 0 && !(onlyAscii && byte >= 0x80))
    .map((byte) => FOLDED[byte] ?? 0);
}

/** At most eight bytes as the two halves of a key. */
function keyOf(bytes: Uint8Array): [high: number, low: number] {
  let [high, low] = [0, 0];
  for (const byte of bytes) {
    high = (high << 8) | (low >>> 24);
    low = (low << 8) | byte;
  }
  return [high, low];
}
