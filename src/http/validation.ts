import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { type FieldProblem, InvalidFields } from './problems.js';

/** Refuses unknown and wrong fields of bodies and queries, all at once, as `422` with one entry per field. */
export const requestValidation = (): ValidationPipe =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new InvalidFields(errors.flatMap((error) => flatten(error))),
  });

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
