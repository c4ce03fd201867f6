import { setTimeout as delay } from 'node:timers/promises';
import type { OnModuleDestroy } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { within } from '../clock/deadline.js';
import { Unavailable } from '../http/problems.js';
import type { RedisConnections } from '../redis/redis-connections.js';
import {
  compareIds,
  type EventId,
  EventLog,
  type EventType,
  KEPT,
  LINGER_MS,
  type LoggedEvent,
  type NewEvent,
  type Receive,
  RESET,
} from './event-log.js';

/** An entry of the stream: its id, and names and values of its fields in turns. */
type Entry = [id: string, fields: string[]];

/** A follower, and the last event it was told of. While it has none, it is not told of further ones. */
interface Follower {
  readonly receive: Receive;
  readonly waiting: LoggedEvent[];
  position: EventId | undefined;
}

/** A server that takes longer is away. */
const ANSWER_MS = 5000;
const BLOCK_MS = 5000;
const ANNOUNCE_MS = LINGER_MS / 4;
const REPEAT_MS = 1000;
const MOST_READ = 500;

/**
 * The event log of several nodes: a stream of Redis, so that an event has the same id on every node. Each node that has
 * followers reads it, and says so by a key that runs out: without that key nobody writes.
 */
export class RedisEventLog extends EventLog implements OnModuleDestroy {
  readonly mayBeFollowed = true;
  private readonly stream: string;
  private readonly followed: string;
  private readonly followers = new Set<Follower>();
  private readonly announcing: NodeJS.Timeout;
  private reader: Redis | undefined;
  private reading = false;
  private closed = false;

  constructor(
    private readonly connections: RedisConnections,
    prefix = '{scheduler}:events',
  ) {
    super();
    this.stream = prefix;
    this.followed = `${prefix}:followed`;
    this.announcing = setInterval(() => {
      if (this.followers.size > 0) this.announce().catch(() => undefined);
    }, ANNOUNCE_MS).unref();
  }

  /** The connections are closed by those who opened them. */
  onModuleDestroy(): void {
    this.closed = true;
    clearInterval(this.announcing);
  }

  async publish(load: () => Promise<readonly NewEvent[]>): Promise<void> {
    const { impatient } = this.connections;
    if ((await within(ANSWER_MS, impatient.exists(this.followed))) === 0) return;
    const events = await load();
    if (events.length === 0) return;
    const pipeline = impatient.pipeline();
    for (const { type, owner_id, data } of events) {
      const fields = ['type', type, 'owner', String(owner_id), 'data', data];
      pipeline.xadd(this.stream, 'MAXLEN', '~', KEPT, '*', ...fields);
    }
    for (const [error] of (await within(ANSWER_MS, pipeline.exec())) ?? []) if (error) throw error;
  }

  async follow(after: EventId | undefined, receive: Receive): Promise<() => void> {
    const follower: Follower = { receive, waiting: [], position: undefined };
    // From now on it is kept for the follower, before it asks for what was.
    this.followers.add(follower);
    const stop = (): void => void this.followers.delete(follower);
    try {
      await this.announce();
      const latest = await this.latest();
      this.startReading(latest);
      const missed = after === undefined ? [] : await this.since(after, latest);
      follower.receive(missed, latest);
      follower.position = latest;
      tell(follower, follower.waiting);
      return stop;
    } catch {
      stop();
      throw new Unavailable('Live updates need Redis, which cannot be reached now.');
    }
  }

  /** Says that somebody follows. When nobody did for a while, what happened meanwhile was not logged. */
  private async announce(): Promise<void> {
    const { impatient } = this.connections;
    const isNew = impatient.set(this.followed, '', 'PX', LINGER_MS, 'NX');
    if ((await within(ANSWER_MS, isNew)) === null) {
      await within(ANSWER_MS, impatient.pexpire(this.followed, LINGER_MS));
    } else {
      const fields = ['type', RESET.type, 'owner', 'null', 'data', RESET.data];
      await within(ANSWER_MS, impatient.xadd(this.stream, 'MAXLEN', '~', KEPT, '*', ...fields));
    }
  }

  private async latest(): Promise<EventId> {
    const { impatient } = this.connections;
    const [entry] = await within(ANSWER_MS, impatient.xrevrange(this.stream, '+', '-', 'COUNT', 1));
    return entry?.[0] ?? '0-0';
  }

  private async since(after: EventId, latest: EventId): Promise<LoggedEvent[]> {
    const reset = [{ ...RESET, id: latest }];
    if (!(compareIds(after, latest) <= 0)) return reset;
    const { impatient } = this.connections;
    const missed = await within(ANSWER_MS, impatient.xrange(this.stream, `(${after}`, latest));
    // Asked for after those, for they may be cut off at any time.
    const [oldest] = await within(ANSWER_MS, impatient.xrange(this.stream, '-', '+', 'COUNT', 1));
    return oldest && compareIds(oldest[0], after) <= 0 ? missed.map(toEvent) : reset;
  }

  private startReading(position: EventId): void {
    if (!this.reading) void this.read(position);
  }

  private async read(begin: EventId): Promise<void> {
    this.reading = true;
    // A connection that waits for entries can do nothing else.
    const reader = (this.reader ??= this.connections.connect(BLOCK_MS));
    let position = begin;
    while (this.followers.size > 0 && !this.closed) {
      try {
        const entries = await readAfter(reader, this.stream, position);
        position = entries.at(-1)?.[0] ?? position;
        const events = entries.map(toEvent);
        for (const follower of this.followers) tell(follower, events);
      } catch {
        // That Redis is away is logged by its connections. Where it forgot events, the next announcement says so.
        if (!this.isClosed()) await delay(REPEAT_MS, undefined, { ref: false });
      }
    }
    this.reading = false;
  }

  private isClosed(): boolean {
    return this.closed;
  }
}

async function readAfter(reader: Redis, stream: string, position: EventId): Promise<Entry[]> {
  const answer = await reader.xread('COUNT', MOST_READ, 'BLOCK', BLOCK_MS, 'STREAMS', stream, position);
  return answer?.[0]?.[1] ?? [];
}

function tell(follower: Follower, events: readonly LoggedEvent[]): void {
  const { position } = follower;
  if (position === undefined) {
    follower.waiting.push(...events);
    return;
  }
  const further = events.filter(({ id }) => compareIds(id, position) > 0);
  const last = further.at(-1);
  if (!last) return;
  follower.position = last.id;
  follower.receive(further, last.id);
}

function toEvent([id, fields]: Entry): LoggedEvent {
  const field = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  const owner = field('owner');
  return {
    id,
    type: field('type') as EventType,
    owner_id: owner === 'null' ? null : Number(owner),
    data: field('data'),
  };
}
