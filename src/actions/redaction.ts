/** Takes secret values out of what is stored or logged: as they are, and as JSON, URLs and Base64 spell them. */
export class Redaction {
  private readonly spellings: readonly { spelling: string; name: string }[];

  /** Length in bytes of the longest text it takes out; 0 when there is none. */
  readonly longest: number;

  constructor(secrets: ReadonlyMap<string, string>) {
    this.spellings = [...secrets]
      .flatMap(([name, value]) => spellingsOf(value).map((spelling) => ({ spelling, name })))
      // A secret that contains another one goes first.
      .sort((a, b) => b.spelling.length - a.spelling.length);
    this.longest = Math.max(0, ...this.spellings.map(({ spelling }) => Buffer.byteLength(spelling)));
  }

  apply(text: string): string {
    return this.spellings.reduce(
      (redacted, { spelling, name }) => redacted.replaceAll(spelling, `[secret ${name}]`),
      text,
    );
  }
}

function spellingsOf(value: string): string[] {
  const base64 = Buffer.from(value).toString('base64');
  const uri = encodeURIComponent(value);
  return [
    ...new Set([
      value,
      JSON.stringify(value).slice(1, -1),
      uri,
      uri.replaceAll('%20', '+'),
      base64,
      base64.replace(/=+$/, ''),
      Buffer.from(value).toString('base64url'),
    ]),
  ];
}
