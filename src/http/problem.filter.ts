import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { QueryFailedError } from 'typeorm';
import { type Problem, ProblemError } from './problems.js';

/** Driver codes that mean "the database cannot take this now", not "the request is wrong". */
const STORAGE_FAULTS = /^SQLITE_(FULL|READONLY|BUSY|LOCKED|IOERR|CANTOPEN|CORRUPT|NOTADB)/;

/** A database that cannot store now may be worth another try so soon. */
const STORAGE_RETRY_S = 5;

/** Maps whatever was thrown to problem details (RFC 9457), and never tells more than the caller may know. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const problem = this.toProblem(thrown);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    const retryAfter = thrown instanceof ProblemError ? thrown.retryAfterSeconds : undefined;
    if (retryAfter ?? problem.status === 503)
      void reply.header('Retry-After', String(retryAfter ?? STORAGE_RETRY_S));
    void reply.status(problem.status).type('application/problem+json').send(problem);
  }

  private toProblem(thrown: unknown): Problem {
    if (thrown instanceof ProblemError) {
      return problem(thrown.status, thrown.message, thrown.errors && { errors: thrown.errors });
    }
    if (thrown instanceof HttpException) {
      return problem(thrown.getStatus(), thrown.message);
    }
    if (isStorageFault(thrown)) {
      this.logger.error(thrown, thrown.stack);
      return problem(503, 'The database cannot store this now; nothing was changed. Try again.');
    }
    this.logger.error(thrown, thrown instanceof Error ? thrown.stack : undefined);
    return problem(500, 'The service failed to answer this request; its log says why.');
  }
}

function isStorageFault(thrown: unknown): thrown is QueryFailedError {
  if (!(thrown instanceof QueryFailedError)) return false;
  const { code } = thrown.driverError as { code?: unknown };
  return typeof code === 'string' && STORAGE_FAULTS.test(code);
}

/** The body of an error answer. */
export function problem(status: number, detail: string, more: Pick<Problem, 'errors'> = {}): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...more };
}
