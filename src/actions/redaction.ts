import { decodings } from './redaction/encodings.js';
import { unescapings } from './redaction/escapes.js';
import { SHORTEST_PART } from './redaction/folding.js';
import { Marks } from './redaction/marks.js';
import { Needles } from './redaction/needles.js';
import { Search } from './redaction/search.js';
import { credentialsIn, withoutBrackets } from './redaction/secret-form.js';
import { Turns } from './redaction/turns.js';
import { viewOf } from './redaction/view.js';

/** A stretch of a secret is shorter than this, however it is spelled. */
const LONGEST_STRETCH = 1024;

/**
 * Takes secret values out of what is stored or logged: any stretch of 8 bytes of them, their parts of 4 and more, and
 * values that are shorter as a whole; as they are, with any characters spelled as URLs, JSON, JavaScript or HTML do, in
 * Base64 and in hexadecimal numbers. `docs/guarantees.md` says what counts as a part.
 *
 * A text is not searched for every spelling: it is read in every way, and each reading is compared with the secrets, so
 * that the time it takes grows with the length of text and secrets, not with their product.
 */
export class Redaction {
  /** The names of secrets, of which the first has the number 1. One may have several numbers. */
  private readonly names: string[] = [];
  private readonly values: string[] = [];
  private readonly hosts: { readonly name: number; readonly host: string }[] = [];
  private needles: Promise<Needles> | undefined;

  constructor(secrets: ReadonlyMap<string, string>) {
    for (const [name, value] of secrets) this.hide(name, value);
  }

  /** So many bytes behind the end of what is shown tell whether a secret stands across it. */
  get lookAhead(): number {
    return this.values.length > 0 ? LONGEST_STRETCH : 0;
  }

  /** Hides also the host that a secret has a part in, as it is called. To be said before anything is redacted. */
  hideHost(name: string, host: string): void {
    const known = this.names.indexOf(name) + 1;
    if (known > 0) this.hosts.push({ name: known, host: withoutBrackets(host) });
  }

  /** Hides also the credentials in a header `Basic …` that a secret has a part in. To be said before, too. */
  hideCredentials(name: string, header: string): void {
    const credentials = credentialsIn(header);
    if (credentials !== undefined) this.hide(name, credentials);
  }

  private hide(name: string, value: string): void {
    this.names.push(name);
    this.values.push(value);
  }

  /** Many answers are too short to hold a secret: then nothing needs to be made ready. */
  private async prepare(turns: Turns): Promise<Needles> {
    const needles = new Needles(this.values);
    for (const [index, value] of this.values.entries()) await needles.add(index + 1, value, turns);
    for (const { name, host } of this.hosts) needles.addWord(name, host);
    return needles;
  }

  /**
   * Long texts take a while: others have their turn meanwhile.
   *
   * @param breaksOff the end of the text may be the beginning of a secret
   */
  async apply(text: string, breaksOff = false): Promise<string> {
    if (this.values.length === 0 || text.length < SHORTEST_PART) return text;
    const turns = new Turns();
    const needles = await (this.needles ??= this.prepare(turns));
    await turns.next();
    const marks = new Marks(text, this.names);
    const search = new Search(needles, marks, breaksOff);
    search.bare(text);
    const readings = unescapings(viewOf(text));
    for (const reading of readings) {
      search.visible(reading);
      await turns.next();
    }
    for (const decoding of decodings(readings.at(-1) ?? viewOf(text))) {
      for (const reading of unescapings(decoding)) {
        search.disguised(reading);
        await turns.next();
      }
    }
    return marks.redacted();
  }
}
