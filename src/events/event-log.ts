/** What an event tells of. `reset`: something was left out, so whoever shows anything has to ask for it anew. */
export type EventType = 'run' | 'schedule' | 'reset';

/** Something that changed, as it is sent to those who may see it. */
export interface NewEvent {
  readonly type: EventType;
  /** Whose it is; null: only admins see it. A `reset` is everybody's. */
  readonly owner_id: number | null;
  /** JSON. */
  readonly data: string;
}

export interface LoggedEvent extends NewEvent {
  readonly id: EventId;
}

/** `<milliseconds>-<number>`, as Redis counts the entries of a stream; later events have greater ids. */
export type EventId = string;

export const RESET: NewEvent = { type: 'reset', owner_id: null, data: '{}' };

/** Takes events, in order; they and those before are all there was up to the id `position`. */
export type Receive = (events: readonly LoggedEvent[], position: EventId) => void;

/** Events are logged so long after the last follower left, for one that comes back. */
export const LINGER_MS = 60_000;

/** So many events are kept, more or less. */
export const KEPT = 5000;

/**
 * Brings events to those who follow them, on every node.
 *
 * Guarantees: a follower gets every event that is logged after it began to follow, once, in the order of their ids,
 * which is the same on every node; where the log itself lost some, a `reset` in their place. One that knew an event
 * gets those since, as long as they are kept. Nothing is logged while nobody follows, nor has in the last minute:
 * then `publish` costs next to nothing.
 *
 * Events only save time: what is lost here is still in the rows.
 */
export abstract class EventLog {
  /** False when nobody follows. True may be wrong: with several nodes `publish` finds out. */
  abstract readonly mayBeFollowed: boolean;

  /**
   * Logs what `load` resolves with, unless nobody follows; then `load` is not called.
   *
   * @throws when the log cannot be reached; whoever publishes then has to log a `RESET` once it can
   */
  abstract publish(load: () => Promise<readonly NewEvent[]>): Promise<void>;

  /**
   * Calls `receive` with each batch of events until the function is called that this resolves with. The first call comes
   * before, with the events since `after`, or with a `reset` when some of them are not kept any more.
   *
   * @param after the last event the follower knew; undefined when it begins anew
   * @throws Unavailable when the log cannot be reached
   */
  abstract follow(after: EventId | undefined, receive: Receive): Promise<() => void>;
}

/** Less than, equal to or greater than 0, as Array.sort takes it; NaN when one of them is no id. */
export function compareIds(one: EventId, other: EventId): number {
  const [a, b] = [parseId(one), parseId(other)];
  return a[0] - b[0] || a[1] - b[1];
}

function parseId(id: EventId): [milliseconds: number, number: number] {
  const [, milliseconds = 'NaN', number = 'NaN'] = /^(\d{1,15})-(\d{1,15})$/.exec(id) ?? [];
  return [Number(milliseconds), Number(number)];
}
