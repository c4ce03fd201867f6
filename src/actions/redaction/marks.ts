/** Where in a text secrets stand. */
export class Marks {
  private readonly covered: Uint8Array;
  /** By place: the secret of which the longest stretch begins there, and how long that is. */
  private readonly names: Uint32Array;
  private readonly lengths: Uint32Array;
  private lastStart = 0;
  private lastEnd = 0;

  /** @param secrets the names of the secrets, of which the first has the number 1 */
  constructor(
    private readonly text: string,
    private readonly secrets: readonly string[],
  ) {
    this.covered = new Uint8Array(text.length);
    this.names = new Uint32Array(text.length);
    this.lengths = new Uint32Array(text.length);
  }

  add(start: number, end: number, name: number): void {
    if (end - start > (this.lengths[start] ?? 0)) {
      this.lengths[start] = end - start;
      this.names[start] = name;
    }
    // Stretches come one behind the other, and nearly the same again and again.
    if (start >= this.lastStart && start <= this.lastEnd) {
      if (end <= this.lastEnd) return;
      this.covered.fill(1, this.lastEnd, end);
    } else {
      this.covered.fill(1, start, end);
      this.lastStart = start;
    }
    this.lastEnd = end;
  }

  /** The text with the name of a secret for what is marked. */
  redacted(): string {
    const { text, covered, names, secrets } = this;
    let result = '';
    let done = 0;
    for (;;) {
      const start = covered.indexOf(1, done);
      if (start === -1) return result + text.slice(done);
      result += `${text.slice(done, start)}[secret ${secrets[(names[start] ?? 1) - 1] ?? ''}]`;
      done = covered.indexOf(0, start);
      if (done === -1) return result;
    }
  }
}
