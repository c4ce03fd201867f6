import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../clock/clock.js';
import { Credentials } from '../http/credentials.js';
import type { Principal } from '../http/principal.js';
import { TooManyRequests, Unavailable } from '../http/problems.js';
import { Metrics } from '../metrics/metrics.js';
import { type EventId, EventLog } from './event-log.js';
import { EventStream, MOST_UNREAD } from './event-stream.js';

/** So many streams one user may have on a node. */
export const STREAMS_PER_USER = 20;

/** So much waits for all readers of a node together, as long as each has the least of it. */
const MOST_UNREAD_IN_ALL = 64 * MOST_UNREAD;
const LEAST_SHARE = 16_384;

export const HEARTBEAT_MS = 15_000;

/** The streams that are open. They end with their credential, and at once when the service stops. */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  private readonly streams = new Set<EventStream>();
  private lastBeat: Date;
  private stopped = false;

  constructor(
    private readonly log: EventLog,
    private readonly credentials: Credentials,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.lastBeat = clock.now();
    metrics.beforeScrape(() => {
      metrics.streams.set(this.streams.size);
    });
  }

  onModuleDestroy(): void {
    this.stopped = true;
    for (const stream of this.streams) stream.end();
  }

  /**
   * @param lastEventId the last event that the caller knows, if any
   * @throws TooManyRequests, Unavailable
   */
  async open(caller: Principal, lastEventId: EventId | undefined): Promise<EventStream> {
    if (this.stopped) throw new Unavailable('The service is stopping.');
    const own = [...this.streams].filter((stream) => stream.caller.userId === caller.userId);
    if (own.length >= STREAMS_PER_USER) {
      const why = `At most ${String(STREAMS_PER_USER)} event streams per user: close one.`;
      throw new TooManyRequests(why, HEARTBEAT_MS / 1000);
    }
    const stream = new EventStream(caller, () => this.share());
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    try {
      const stop = await this.log.follow(lastEventId, stream.receive);
      if (stream.destroyed) stop();
      else stream.once('close', stop);
      return stream;
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  @Interval('event-streams', 1000)
  async runOnce(): Promise<void> {
    for (const stream of this.streams) stream.nextSecond();
    const now = this.clock.now();
    if (now.getTime() - this.lastBeat.getTime() < HEARTBEAT_MS) return;
    this.lastBeat = now;
    for (const stream of this.streams) await this.beat(stream);
  }

  /** What may wait for one reader. */
  private share(): number {
    return Math.max(LEAST_SHARE, Math.min(MOST_UNREAD, MOST_UNREAD_IN_ALL / this.streams.size));
  }

  private async beat(stream: EventStream): Promise<void> {
    try {
      if (await this.credentials.areStillGood(stream.caller)) stream.beat();
      else stream.end();
    } catch {
      // While the database cannot be read, nobody can sign out, either.
      stream.beat();
    }
  }
}
