import { FOLDED, IN_WORD, SHORTEST_PART, STRETCH } from './folding.js';
import type { Marks } from './marks.js';
import type { LongWord, Needles } from './needles.js';
import type { View } from './view.js';

/** In what is decoded without need, shorter parts of a secret turn up by chance. */
const SHORTEST_DISGUISED_PART = 6;

/** So many common bytes before a stretch are hidden with it. */
const LONGEST_LEAD = 64;

/** The places of a view's bytes that are compared, and those bytes, as far as it was read. */
interface Reading {
  readonly view: View;
  readonly places: Uint32Array;
  readonly bytes: Uint8Array;
  length: number;
}

/** Looks for secrets in the views of a text. */
export class Search {
  constructor(
    private readonly needles: Needles,
    private readonly marks: Marks,
    private readonly breaksOff: boolean,
  ) {}

  bare(text: string): void {
    for (const { text: secret, name } of this.needles.bare) {
      for (let index = text.indexOf(secret); index !== -1; index = text.indexOf(secret, index + 1))
        this.marks.add(index, index + secret.length, name);
    }
  }

  /** A view of what anybody reads; also without what is beyond ASCII, which may be in another charset. */
  visible(view: View): void {
    this.read(view, false, SHORTEST_PART);
    if (view.bytes.some((byte) => byte >= 0x80)) this.read(view, true, SHORTEST_PART);
  }

  /** A view of what has to be decoded first, if it is anything. */
  disguised(view: View): void {
    this.read(view, false, SHORTEST_DISGUISED_PART);
    if (this.needles.beyondAscii) this.read(view, true, SHORTEST_DISGUISED_PART);
  }

  private read(view: View, onlyAscii: boolean, shortestPart: number): void {
    const { bytes } = view;
    const { stretches, words } = this.needles;
    const reading: Reading = {
      view,
      places: new Uint32Array(bytes.length),
      bytes: new Uint8Array(bytes.length),
      length: 0,
    };
    const hasLongWords = this.needles.longWords.length > 0;
    let [high, low] = [0, 0];
    let follows = false;
    for (let place = 0; place < bytes.length; place++) {
      const byte = bytes[place] ?? 0;
      const folded = FOLDED[byte] ?? 0;
      if (folded === 0 || (onlyAscii && byte >= 0x80)) continue;
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | folded;
      reading.bytes[reading.length] = folded;
      reading.places[reading.length++] = place;
      const ending = words.endingIn(low);
      if (ending) this.lookForWords(reading, ending, high, shortestPart);
      if (reading.length < STRETCH) continue;
      const end = stretches.endOf(high, low);
      if (end !== 0) {
        // What is common at the beginning tells nothing by itself, and belongs to it all the same.
        const before = follows ? 0 : stretches.alikeBefore(end, reading.bytes, reading.length, LONGEST_LEAD);
        this.mark(reading, STRETCH + before, stretches.ownerAt(end));
      }
      follows = end !== 0;
      if (hasLongWords) this.lookForLongWords(reading, high, low);
    }
    if (this.breaksOff) this.lookForBeginning(reading, high, low);
  }

  private lookForWords(
    reading: Reading,
    ending: ReadonlyMap<number, number>,
    high: number,
    shortestPart: number,
  ): void {
    const longest = Math.min(STRETCH - 1, reading.length);
    for (let length = SHORTEST_PART; length <= longest; length++) {
      const found = ending.get(high & maskOf(length));
      if (found === undefined) continue;
      const bounded = (found & 1) === 1;
      if (!bounded || (length >= shortestPart && standsAlone(reading, length)))
        this.mark(reading, length, found >> 1);
    }
  }

  private lookForLongWords(reading: Reading, high: number, low: number): void {
    const { wordEnds, longWords } = this.needles;
    const end = wordEnds.endOf(high, low);
    for (const word of end === 0 ? [] : (longWords[wordEnds.ownerAt(end) - 1] ?? [])) {
      const { length } = word.bytes;
      if (length > reading.length || (word.bounded && !standsAlone(reading, length))) continue;
      if (!endsIn(reading, word)) continue;
      this.mark(reading, length, word.name);
      return;
    }
  }

  private lookForBeginning(reading: Reading, high: number, low: number): void {
    for (let length = Math.min(STRETCH - 1, reading.length); length >= SHORTEST_PART; length--) {
      const name = this.needles.beginnings.get(high & maskOf(length), low);
      if (name !== undefined) {
        this.mark(reading, length, name);
        return;
      }
    }
  }

  /** The last bytes that were read. */
  private mark({ view, places, length: end }: Reading, length: number, name: number): void {
    const first = places[end - length] ?? 0;
    const last = places[end - 1] ?? 0;
    this.marks.add(view.starts[first] ?? 0, view.ends[last] ?? 0, name);
  }
}

/** The bits of a key's upper half that a text of 4 to 7 bytes has. */
const maskOf = (length: number): number => (1 << ((length - SHORTEST_PART) * 8)) - 1;

function standsAlone({ view: { bytes }, places, length: end }: Reading, length: number): boolean {
  const before = bytes[(places[end - length] ?? 0) - 1] ?? 0;
  const after = bytes[(places[end - 1] ?? 0) + 1] ?? 0;
  return IN_WORD[before] === 0 && IN_WORD[after] === 0;
}

function endsIn({ bytes, length: end }: Reading, { bytes: word }: LongWord): boolean {
  const offset = end - word.length;
  for (let index = word.length - 1; index >= 0; index--) {
    if (bytes[offset + index] !== word[index]) return false;
  }
  return true;
}
