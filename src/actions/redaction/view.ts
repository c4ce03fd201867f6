/** Bytes that a text stands for (in UTF-8, unless a target wrote others), and where each stands in the text. */
export interface View {
  readonly bytes: Uint8Array;
  /** By byte: where in the text its spelling begins, and where it ends. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Makes a view byte by byte. */
export class ViewBuilder {
  private readonly bytes: Uint8Array;
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;
  private length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
  }

  byte(byte: number, start: number, end: number): void {
    this.bytes[this.length] = byte;
    this.starts[this.length] = start;
    this.ends[this.length++] = end;
  }

  /** One character, in UTF-8. Half of a surrogate pair is what encoders make of it: U+FFFD. */
  character(code: number, start: number, end: number): void {
    if (code < 0x80) {
      this.byte(code, start, end);
    } else if (code < 0x800) {
      this.byte(0xc0 | (code >> 6), start, end);
      this.byte(0x80 | (code & 0x3f), start, end);
    } else if (code < 0x10000) {
      const known = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
      this.byte(0xe0 | (known >> 12), start, end);
      this.byte(0x80 | ((known >> 6) & 0x3f), start, end);
      this.byte(0x80 | (known & 0x3f), start, end);
    } else {
      this.byte(0xf0 | (code >> 18), start, end);
      this.byte(0x80 | ((code >> 12) & 0x3f), start, end);
      this.byte(0x80 | ((code >> 6) & 0x3f), start, end);
      this.byte(0x80 | (code & 0x3f), start, end);
    }
  }

  build(): View {
    return {
      bytes: this.bytes.subarray(0, this.length),
      starts: this.starts.subarray(0, this.length),
      ends: this.ends.subarray(0, this.length),
    };
  }
}

/** A text as it is. */
export function viewOf(text: string): View {
  const builder = new ViewBuilder(text.length * 3);
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) ?? 0;
    const width = code > 0xffff ? 2 : 1;
    builder.character(code, index, index + width);
    index += width - 1;
  }
  return builder.build();
}
