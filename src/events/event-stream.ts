import { Readable } from 'node:stream';
import type { Principal } from '../http/principal.js';
import type { EventId, LoggedEvent, Receive } from './event-log.js';

/** So much waits for a reader that is slow, and one batch of events more. */
export const MOST_UNREAD = 262_144;

/** So many events are sent in a second; a page that shows more than that has to ask for what there is anyway. */
const EVENTS_PER_SECOND = 200;

/** How soon a browser comes back after the stream broke off. */
const RETRY_MS = 2000;

/**
 * The events that one caller may see, as the text of server-sent events (the HTML standard, section 9.2). Where there are
 * too many of them, or the reader is too slow, they are left out, and one `reset` is sent in their place.
 */
export class EventStream extends Readable {
  private position: EventId = '';
  private sent = 0;
  private leftOut = false;
  private over = false;

  /** @param most so much may wait for this reader now */
  constructor(
    readonly caller: Principal,
    private readonly most = (): number => MOST_UNREAD,
  ) {
    super({ highWaterMark: MOST_UNREAD, encoding: 'utf8' });
    this.push(`retry: ${String(RETRY_MS)}\n`);
  }

  readonly receive: Receive = (events, position) => {
    const isFirst = this.position === '';
    this.position = position;
    const text = events.filter((event) => this.maySee(event) && this.mayTake(event)).map(toText);
    // An id alone is no event, but tells the browser what to ask for should it have to come back before one.
    if (isFirst) text.unshift(`id: ${position}\n\n`);
    this.write(text.join(''));
  };

  /** To be called every second. */
  nextSecond(): void {
    this.sent = 0;
    if (!this.leftOut || this.full) return;
    this.leftOut = false;
    this.write(`event: reset\nid: ${this.position}\ndata: {}\n\n`);
  }

  /** Shows that the connection is alive, and how far the reader has come though it may have seen nothing of it. */
  beat(): void {
    if (!this.full) this.write(`: heartbeat\n${this.leftOut ? '' : `id: ${this.position}\n`}\n`);
  }

  /** One who does not read does not get to read the end, either. */
  end(): void {
    if (this.over) return;
    this.over = true;
    if (this.full) this.destroy();
    else this.push(null);
  }

  override _read(): void {
    // Events come when they come.
  }

  private get full(): boolean {
    return this.readableLength >= this.most();
  }

  private write(text: string): void {
    if (text !== '' && !this.over && !this.destroyed) this.push(text);
  }

  private maySee({ type, owner_id }: LoggedEvent): boolean {
    const { role, userId } = this.caller;
    return type === 'reset' || role === 'admin' || owner_id === userId;
  }

  private mayTake({ type }: LoggedEvent): boolean {
    if (type !== 'reset' && (this.full || this.sent >= EVENTS_PER_SECOND)) this.leftOut = true;
    if (this.leftOut) return false;
    this.sent++;
    return true;
  }
}

const toText = ({ type, id, data }: LoggedEvent): string => `event: ${type}\nid: ${id}\ndata: ${data}\n\n`;
