import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { setLargeValuesAside } from './large-values.js';
import { type FieldProblem, InvalidFields } from './problems.js';

/** No request of the API is nested deeper; a body of 100,000 brackets would overflow the stack of its readers. */
const MAX_DEPTH = 20;

/** No request has more fields; to refuse tens of thousands one by one would take a second. */
const MAX_FIELDS = 100;

/** No list in a request has more items. */
const MAX_ITEMS = 1000;

/** Half a character cannot be stored or sent, and some validators stumble over it. */
const WELL_FORMED = 'texts without halves of characters (lone surrogates)';

const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Refuses unknown and wrong fields of bodies and queries, all at once, as `422` with one entry per field. */
class RequestValidation extends ValidationPipe {
  // Its types want a promise; Nest takes a value as well, and does not wait for it.
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // What our own decorators made of a request is as it should be.
    if (metadata.type === 'custom') return value as Promise<unknown>;
    return this.validated(value, metadata);
  }

  private async validated(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const message = shapeFault(value);
    if (message !== undefined) throw new InvalidFields([{ field: metadata.type, message }]);
    setLargeValuesAside(value);
    return (await super.transform(value, metadata)) as unknown;
  }
}

export const requestValidation = (): ValidationPipe =>
  new RequestValidation({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new InvalidFields(errors.flatMap((error) => flatten(error))),
  });

/**
 * What is wrong with a request whatever its fields are. Level by level, for a recursive look would be what it
 * guards against; each value once, for there may be a hundred thousand.
 */
function shapeFault(value: unknown): string | undefined {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `JSON that is nested at most ${String(MAX_DEPTH)} levels deep`;
    const next: unknown[] = [];
    for (const item of level) {
      const fault =
        typeof item === 'object' && item !== null ? partsFault(item, depth, next) : leafFault(item);
      if (fault !== undefined) return fault;
    }
    level = next;
  }
  return undefined;
}

function leafFault(item: unknown): string | undefined {
  if (typeof item === 'number' && !Number.isFinite(item)) return 'numbers that are finite';
  return typeof item === 'string' && !item.isWellFormed() ? WELL_FORMED : undefined;
}

/** What is wrong with the fields of an object or the items of a list, but for their values, which are looked at next. */
function partsFault(item: object, depth: number, next: unknown[]): string | undefined {
  if (Array.isArray(item)) {
    if (depth < 2 && item.length > MAX_ITEMS) return `lists of at most ${String(MAX_ITEMS)} items`;
    for (const part of item) next.push(part);
    return undefined;
  }
  const keys = Object.keys(item);
  if (depth < 2 && keys.length > MAX_FIELDS) return `at most ${String(MAX_FIELDS)} fields`;
  for (const key of keys) {
    // Nest would leave these out without a word.
    if (RESERVED_KEYS.has(key)) return `JSON without a key "${key}"`;
    if (!key.isWellFormed()) return WELL_FORMED;
    next.push((item as Record<string, unknown>)[key]);
  }
  return undefined;
}

function flatten(error: ValidationError, parent = ''): FieldProblem[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field: field === '' ? 'body' : field,
    message: explain(rule, message),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, field))];
}

function explain(rule: string, message: string): string {
  switch (rule) {
    case 'whitelistValidation':
      return 'there is no such field';
    case 'unknownValue':
      return 'a JSON object';
    default:
      return message;
  }
}
