import { randomInt } from 'node:crypto';
import { STRETCH } from './folding.js';

const SMALLEST = 64;

/** So many bits for each place of the table tell of most stretches that they are not there. */
const BITS = 4;

/** Drawn at the start, so that nobody can choose texts that all fall into one place of the table. */
const [FACTOR_1, FACTOR_2] = [randomInt(2 ** 31) * 2 + 1, randomInt(2 ** 31) * 2 + 1];

/**
 * The stretches of texts, and whose they are. What a Map would need is in the way of 400,000 of them: this keeps a number
 * for each, and looks up most of what it does not have in half a megabyte. That is 15 times as fast.
 */
export class StretchTable {
  /** Where in `bytes` a stretch ends; 0 for none. */
  private places: Int32Array;
  private bits: Int32Array;
  private bytes: Uint8Array;
  private used = 0;
  private size = 0;
  /** Where the texts begin, and their owners. */
  private readonly begins: number[] = [];
  private readonly owners: number[] = [];

  /** @param expected how long all texts are, about */
  constructor(expected: number) {
    let places = SMALLEST;
    while (places < expected * 2) places *= 2;
    this.places = new Int32Array(places);
    this.bits = new Int32Array((places * BITS) / 32);
    this.bytes = new Uint8Array(expected);
  }

  /** Begins a text, of which stretches may then be added. @returns where it begins */
  append(text: Uint8Array, owner: number): number {
    const begin = this.used;
    if (begin + text.length > this.bytes.length) {
      const longer = new Uint8Array((begin + text.length) * 2);
      longer.set(this.bytes.subarray(0, begin));
      this.bytes = longer;
    }
    this.bytes.set(text, begin);
    this.used += text.length;
    this.begins.push(begin);
    this.owners.push(owner);
    return begin;
  }

  /** Adds the stretch of these eight bytes, which ends before `end`. The first owner of a stretch keeps it. */
  add(high: number, low: number, end: number): void {
    if (this.insert(high, low, end) && ++this.size * 2 > this.places.length) this.grow();
  }

  /** Where the stretch ends among all texts; 0 when it is nobody's. */
  endOf(high: number, low: number): number {
    const hash = hashOf(high, low);
    const bit = hash & (this.places.length * BITS - 1);
    if ((((this.bits[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) return 0;
    return this.places[this.find(hash, high, low)] ?? 0;
  }

  /** Whose the stretch is that ends there. */
  ownerAt(end: number): number {
    return this.owners[this.textAt(end)] ?? 0;
  }

  /** How many bytes before the stretch that ends there are those before the end of the reading's, up to a limit. */
  alikeBefore(end: number, bytes: Uint8Array, bytesEnd: number, limit: number): number {
    const begin = this.begins[this.textAt(end)] ?? 0;
    const most = Math.min(limit, end - STRETCH - begin, bytesEnd - STRETCH);
    let alike = 0;
    while (alike < most && this.bytes[end - STRETCH - 1 - alike] === bytes[bytesEnd - STRETCH - 1 - alike])
      alike++;
    return alike;
  }

  private textAt(end: number): number {
    let [first, last] = [0, this.begins.length - 1];
    while (first < last) {
      const middle = (first + last + 1) >>> 1;
      if ((this.begins[middle] ?? 0) < end) first = middle;
      else last = middle - 1;
    }
    return first;
  }

  private insert(high: number, low: number, end: number): boolean {
    const hash = hashOf(high, low);
    const place = this.find(hash, high, low);
    if (this.places[place] !== 0) return false;
    this.places[place] = end;
    const bit = hash & (this.places.length * BITS - 1);
    this.bits[bit >>> 5] = (this.bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
    return true;
  }

  /** Where the stretch is, or is to be. */
  private find(hash: number, high: number, low: number): number {
    const { places } = this;
    const mask = places.length - 1;
    let place = (hash >>> 7) & mask;
    for (;;) {
      const end = places[place] ?? 0;
      if (end === 0 || (this.word(end - STRETCH) === (high | 0) && this.word(end - 4) === (low | 0)))
        return place;
      place = (place + 1) & mask;
    }
  }

  /** Four bytes as one number. */
  private word(index: number): number {
    const { bytes } = this;
    return (
      ((bytes[index] ?? 0) << 24) |
      ((bytes[index + 1] ?? 0) << 16) |
      ((bytes[index + 2] ?? 0) << 8) |
      (bytes[index + 3] ?? 0)
    );
  }

  private grow(): void {
    const { places } = this;
    this.places = new Int32Array(places.length * 4);
    this.bits = new Int32Array((this.places.length * BITS) / 32);
    for (const end of places) if (end !== 0) this.insert(this.word(end - STRETCH), this.word(end - 4), end);
  }
}

function hashOf(high: number, low: number): number {
  let hash = (Math.imul(high ^ (high >>> 15), FACTOR_1) + Math.imul(low ^ (low >>> 15), FACTOR_2)) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
