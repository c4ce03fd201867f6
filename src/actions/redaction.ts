import { decodings } from './redaction/encodings.js';
import { unescaped } from './redaction/escapes.js';
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
  private readonly names: string[] = [];

  private constructor(private readonly needles: Needles | undefined) {}

  /** Many long secrets take a while: others have their turn meanwhile. */
  static async of(secrets: ReadonlyMap<string, string>): Promise<Redaction> {
    if (secrets.size === 0) return Redaction.NONE;
    const needles = new Needles([...secrets.values()]);
    const redaction = new Redaction(needles);
    const turns = new Turns();
    for (const [name, value] of secrets) await needles.add(redaction.names.push(name), value, turns);
    return redaction;
  }

  /** Changes nothing. */
  static readonly NONE = new Redaction(undefined);

  /** So many bytes behind the end of what is shown tell whether a secret stands across it. */
  get lookAhead(): number {
    return this.needles ? LONGEST_STRETCH : 0;
  }

  /** Hides also the host that a secret has a part in, as it was called. */
  hideHost(name: string, host: string): void {
    this.needles?.addWord(this.names.push(name), withoutBrackets(host));
  }

  /** Hides also the credentials in a header `Basic …` that a secret has a part in, as it was sent. */
  async hideCredentials(name: string, header: string): Promise<void> {
    const credentials = credentialsIn(header);
    if (credentials !== undefined) await this.needles?.add(this.names.push(name), credentials, new Turns());
  }

  /**
   * Long texts take a while: others have their turn meanwhile.
   *
   * @param breaksOff the end of the text may be the beginning of a secret
   */
  async apply(text: string, breaksOff = false): Promise<string> {
    if (!this.needles || text === '') return text;
    const marks = new Marks(text, this.names);
    const search = new Search(this.needles, marks, breaksOff);
    const turns = new Turns();
    search.bare(text);
    const original = viewOf(text);
    const plain = unescaped(original);
    search.visible(original);
    if (plain !== original) {
      await turns.next();
      search.visible(plain);
    }
    for (const decoding of decodings(plain)) {
      await turns.next();
      search.disguised(decoding);
      const meant = unescaped(decoding);
      if (meant !== decoding) search.disguised(meant);
    }
    return marks.redacted();
  }
}
