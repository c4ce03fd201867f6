import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, ProblemError } from './problems.js';
import {
  isDanglingReference,
  isUnstorableText,
  type StorageFault,
  storageFault,
} from '../database/storage-fault.js';

const FAULTS = {
  'not stored': 'The database cannot store this now; nothing was changed. Try again.',
  unknown: 'The database does not answer; whether this was stored is not known. Look, and try again.',
} as const satisfies Record<StorageFault, string>;

/** A database that cannot store now may be worth another try so soon. */
const STORAGE_RETRY_S = 5;

/** Maps whatever was thrown to problem details (RFC 9457), and never tells more than the caller may know. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const problem = this.toProblem(thrown, http.getRequest<FastifyRequest>());
    if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    const retryAfter = thrown instanceof ProblemError ? thrown.retryAfterSeconds : undefined;
    if (retryAfter ?? problem.status === 503)
      void reply.header('Retry-After', String(retryAfter ?? STORAGE_RETRY_S));
    void reply.status(problem.status).type('application/problem+json').send(problem);
  }

  private toProblem(thrown: unknown, request: FastifyRequest): Problem {
    if (thrown instanceof ProblemError) {
      return problem(thrown.status, thrown.message, thrown.errors && { errors: thrown.errors });
    }
    if (thrown instanceof HttpException) {
      return problem(thrown.getStatus(), thrown.message);
    }
    if (isRefusal(thrown)) return problem(thrown.statusCode, thrown.message);
    const fault = storageFault(thrown);
    if (fault) {
      this.logger.error(String(thrown));
      return problem(503, FAULTS[fault]);
    }
    if (isDanglingReference(thrown))
      return problem(404, 'What this request refers to was deleted meanwhile.');
    if (isUnstorableText(thrown))
      return problem(422, 'A text of this request has a NUL character, which cannot be stored.');
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    this.logger.error(`${request.method} ${pathOf(request)} failed: ${String(thrown)}`, stack);
    return problem(500, 'The service failed to answer this request; its log says why.');
  }
}

/**
 * Whether Fastify or a parser of bodies refuses a request: their errors carry a status. So do those of a client that broke
 * its connection off in the middle of its request, which is not the service's fault.
 */
const isRefusal = (thrown: unknown): thrown is Error & { statusCode: number } =>
  thrown instanceof Error &&
  'statusCode' in thrown &&
  Number(thrown.statusCode) >= 400 &&
  Number(thrown.statusCode) < 500;

/** Without the query, which may have what is not for a log. */
const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';

/** The body of an error answer. */
export function problem(status: number, detail: string, more: Pick<Problem, 'errors'> = {}): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...more };
}
