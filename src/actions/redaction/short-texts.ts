/** So many bits of the last four bytes of a text tell most often that it is not there. */
const FILTER_BITS = 11;

/** Numbers by texts of 4 to 7 bytes: by the last four, and those before. */
export class ShortTexts {
  private readonly filter = new Uint8Array(1 << FILTER_BITS);
  private readonly byEnd = new Map<number, Map<number, number>>();

  /** Undefined when there is no text with this end. */
  endingIn(low: number): ReadonlyMap<number, number> | undefined {
    return this.filter[filterPlace(low)] === 0 ? undefined : this.byEnd.get(low);
  }

  get(high: number, low: number): number | undefined {
    return this.byEnd.get(low)?.get(high);
  }

  set(high: number, low: number, value: number): void {
    const texts = this.byEnd.get(low);
    if (texts) {
      texts.set(high, value);
    } else {
      this.filter[filterPlace(low)] = 1;
      this.byEnd.set(low, new Map([[high, value]]));
    }
  }
}

const filterPlace = (low: number): number => Math.imul(low, 0x9e3779b1) >>> (32 - FILTER_BITS);
