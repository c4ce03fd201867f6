import type { ActionFault } from './action.js';
import type { ActionPayload } from './dto/action.dto.js';

/** A stored action has so many bytes at most, as JSON: they are read with every run. */
export const MOST_ACTION_BYTES = 64 * 1024;

/** Lists show bodies up to so many characters, as JSON. */
export const LISTED_BODY = 1000;

const sizeOf = (value: unknown): number =>
  value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));

/**
 * What is wrong with the size of an action that is about to be stored.
 *
 * @param before what it replaces: one that is larger, from before there was a limit, may get smaller bit by bit
 */
export function sizeFault(action: ActionPayload, before?: ActionPayload): ActionFault | undefined {
  const size = sizeOf(action);
  if (size <= MOST_ACTION_BYTES || (before && size <= sizeOf(before))) return undefined;
  const fields = Object.entries(action).map(([field, value]) => ({ field, size: sizeOf(value) }));
  const largest = fields.reduce((one, other) => (other.size > one.size ? other : one));
  const message =
    `an action of at most ${String(MOST_ACTION_BYTES)} bytes (64 KiB) in all, as JSON: this one has ` +
    `${String(size)}, ${String(largest.size)} of them here`;
  return { field: largest.field, message };
}

/** The action as lists show it, when its body is too long for them. */
export function withoutLongBody(action: ActionPayload): ActionPayload | undefined {
  if (action.type !== 'http' || action.body === undefined) return undefined;
  const { body, ...others } = action;
  return JSON.stringify(body).length > LISTED_BODY ? others : undefined;
}
