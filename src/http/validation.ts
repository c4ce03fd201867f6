import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { type FieldProblem, InvalidFields } from './problems.js';

/** No request of the API is nested deeper; a body of 100,000 brackets would overflow the stack of its readers. */
const MAX_DEPTH = 20;

/** Refuses unknown and wrong fields of bodies and queries, all at once, as `422` with one entry per field. */
class RequestValidation extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (depthExceeds(value, MAX_DEPTH)) {
      throw new InvalidFields([
        { field: metadata.type, message: `JSON that is nested at most ${String(MAX_DEPTH)} levels deep` },
      ]);
    }
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

/** Level by level, for a recursive look would be what it guards against. */
function depthExceeds(value: unknown, limit: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    );
  }
  return false;
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
