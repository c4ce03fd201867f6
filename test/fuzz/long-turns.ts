import type { ServiceProcess } from '../support/service-process.js';

/** No request makes one turn of the service's event loop longer: nobody else is answered meanwhile. */
const LONGEST_MS = 50;

/** So often a request has to be too long again: a collection of garbage or a busy machine may be to blame once. */
const REPEATS = 3;

/** Characters of a request that are told. */
const TOLD = 600;

/** Watches how long the turns of a service's event loop are that requests make. */
export class LongTurns {
  /** Requests whose turns were too long each time they were made, and how long at least. */
  readonly repeated: { readonly request: string; readonly ms: number }[] = [];
  private worst = { request: 'none', ms: 0 };
  private once = 0;

  private constructor(private readonly url: string) {}

  /** Of a service that was started with hooks/turns.mjs. */
  static of({ log }: ServiceProcess): LongTurns {
    const port = log.map((line) => /^turns at (\d+)$/.exec(line)?.[1]).find((found) => found !== undefined);
    if (port === undefined) throw new Error('the service was not started with hooks/turns.mjs');
    return new LongTurns(`http://127.0.0.1:${port}/`);
  }

  /** Makes a request, and once more where a turn was too long meanwhile. */
  async watch(request: string, send: () => Promise<void>): Promise<void> {
    let ms = await this.measured(send);
    if (ms > this.worst.ms) this.worst = { request, ms };
    if (ms <= LONGEST_MS) return;
    this.once++;
    for (let n = 0; n < REPEATS && ms > LONGEST_MS; n++) ms = Math.min(ms, await this.measured(send));
    if (ms > LONGEST_MS) this.repeated.push({ request: request.slice(0, TOLD), ms });
  }

  /** What was found, in words. */
  told(): string {
    const { request, ms } = this.worst;
    return (
      `the longest turn: ${ms.toFixed(0)} ms; longer than ${String(LONGEST_MS)} ms once: ${String(this.once)} requests, ` +
      `each time: ${String(this.repeated.length)}; the worst was ${request.slice(0, TOLD)}\n`
    );
  }

  private async measured(send: () => Promise<void>): Promise<number> {
    await this.longest();
    await send();
    return this.longest();
  }

  /** The longest turn since this was asked last, in milliseconds. */
  private async longest(): Promise<number> {
    return Number(await (await fetch(this.url)).text());
  }
}
