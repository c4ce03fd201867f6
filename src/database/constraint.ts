import { QueryFailedError } from 'typeorm';

/** The (last) column whose unique constraint a write broke, or undefined when it failed otherwise. */
export function violatedUniqueColumn(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const { message } = error.driverError as Error;
  return /^UNIQUE constraint failed: (?:\w+\.\w+, )*\w+\.(\w+)$/.exec(message)?.[1];
}
