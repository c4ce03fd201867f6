import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'FieldProblem' })
export class FieldProblem {
  @ApiProperty({ example: 'schedule_interval', description: 'Path of the field in the request.' })
  field: string;

  @ApiProperty({ example: 'a cron expression of 5 or 6 fields, such as "0 9 * * MON-FRI"' })
  message: string;
}

/** An error answer, as RFC 9457 (problem details for HTTP APIs) shapes it. */
@ApiSchema({ name: 'Problem' })
export class Problem {
  @ApiProperty({ example: 'about:blank' })
  type: string;

  @ApiProperty({ example: 'Unprocessable Content' })
  title: string;

  @ApiProperty({ example: 422 })
  status: number;

  @ApiProperty({ example: 'schedule_interval is not valid' })
  detail: string;

  @ApiPropertyOptional({ type: [FieldProblem], description: 'Every field that is wrong, for status 422.' })
  errors?: FieldProblem[];
}

/** An error a caller is told of. Everything else that is thrown becomes a 500 that tells nothing. */
export abstract class ProblemError extends Error {
  abstract readonly status: number;
  readonly errors?: FieldProblem[];
  /** When it may be worth trying again. */
  readonly retryAfterSeconds?: number;
}

/** The request is not made as requests have to be. */
export class BadRequest extends ProblemError {
  readonly status = 400;
}

/** The credential is missing, wrong, expired or revoked. */
export class NotSignedIn extends ProblemError {
  readonly status = 401;
}

/** The caller is known, and may not do this. */
export class Forbidden extends ProblemError {
  readonly status = 403;
}

/** The caller asked too often. */
export class TooManyRequests extends ProblemError {
  readonly status = 429;

  constructor(
    why: string,
    override readonly retryAfterSeconds: number,
  ) {
    super(`${why} Try again in ${String(retryAfterSeconds)} s.`);
  }
}

/** The service cannot do this now. */
export class Unavailable extends ProblemError {
  readonly status = 503;
}

/** There is none, or it is somebody else's: a caller cannot tell which. */
export class NotFound extends ProblemError {
  readonly status = 404;

  constructor(what: string, id: number | string) {
    super(`There is no ${what} ${String(id)}.`);
  }
}

/** The row, when there is one the caller may reach. @throws NotFound */
export function found<Row>(what: string, id: number, row: Row | null): Row {
  if (row === null) throw new NotFound(what, id);
  return row;
}

/** The request contradicts what is stored. */
export class Conflict extends ProblemError {
  readonly status = 409;
}

/** The request is well-formed, but fields of it cannot be used. */
export class InvalidFields extends ProblemError {
  readonly status = 422;

  constructor(override readonly errors: FieldProblem[]) {
    super(
      errors.length === 1
        ? `${errors[0]?.field ?? 'A field'} is not valid.`
        : `${String(errors.length)} fields are not valid.`,
    );
  }
}
