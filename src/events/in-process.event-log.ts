import type { Clock } from '../clock/clock.js';
import {
  compareIds,
  type EventId,
  EventLog,
  KEPT,
  LINGER_MS,
  type LoggedEvent,
  type NewEvent,
  type Receive,
  RESET,
} from './event-log.js';

/** The event log of a service that is one process: a list in memory. */
export class InProcessEventLog extends EventLog {
  private readonly followers = new Set<Receive>();
  private kept: LoggedEvent[] = [];
  /** All events after this one are kept. */
  private keptSince: EventId;
  private latest: EventId;
  private milliseconds = 0;
  private number = 0;
  /** Set from when the last follower left until nothing is logged any more. */
  private lingering: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {
    super();
    this.latest = this.keptSince = this.nextId();
  }

  get mayBeFollowed(): boolean {
    return this.followers.size > 0 || this.lingering !== undefined;
  }

  async publish(load: () => Promise<readonly NewEvent[]>): Promise<void> {
    if (!this.mayBeFollowed) return;
    const loaded = await load();
    if (loaded.length === 0) return;
    const events = loaded.map((event) => ({ ...event, id: this.nextId() }));
    this.latest = events.at(-1)?.id ?? this.latest;
    this.keep(events);
    for (const receive of this.followers) receive(events, this.latest);
  }

  follow(after: EventId | undefined, receive: Receive): Promise<() => void> {
    // Nobody knows what happened before.
    if (!this.mayBeFollowed) this.latest = this.keptSince = this.nextId();
    clearTimeout(this.lingering);
    this.lingering = undefined;
    receive(after === undefined ? [] : this.since(after), this.latest);
    this.followers.add(receive);
    return Promise.resolve(() => {
      if (this.followers.delete(receive) && this.followers.size === 0) this.linger();
    });
  }

  private since(id: EventId): LoggedEvent[] {
    const isKept = compareIds(id, this.keptSince) >= 0 && compareIds(id, this.latest) <= 0;
    return isKept
      ? this.kept.filter((event) => compareIds(event.id, id) > 0)
      : [{ ...RESET, id: this.latest }];
  }

  private keep(events: readonly LoggedEvent[]): void {
    this.kept.push(...events);
    // Twice as many before it is cut: cutting moves all that stays.
    if (this.kept.length < 2 * KEPT) return;
    const dropped = this.kept.splice(0, this.kept.length - KEPT);
    this.keptSince = dropped.at(-1)?.id ?? this.keptSince;
  }

  private linger(): void {
    this.lingering = setTimeout(() => {
      this.lingering = undefined;
      this.kept = [];
    }, LINGER_MS).unref();
  }

  /** Grows also when the clock is set back. */
  private nextId(): EventId {
    const now = this.clock.now().getTime();
    if (now > this.milliseconds) [this.milliseconds, this.number] = [now, 0];
    else this.number++;
    return `${String(this.milliseconds)}-${String(this.number)}`;
  }
}
