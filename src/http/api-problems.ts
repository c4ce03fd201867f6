import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { Problem } from './problems.js';

const MEANING: Readonly<Record<number, string>> = {
  400: 'The body is not JSON.',
  401: 'Not signed in.',
  403: 'Not allowed to this caller: its role or the scopes of its API key are too low.',
  404: 'There is none, or it is not yours.',
  409: 'It contradicts what is stored.',
  422: 'Fields are not valid; `errors` names each.',
  429: 'Too often; `Retry-After` says when to try again.',
};

/** Documents the problems an operation may answer with. Any may answer 503 when the database cannot store. */
export const ApiProblems = (...statuses: number[]): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(Problem),
    ...[...statuses, 503].map((status) =>
      ApiResponse({
        status,
        description: MEANING[status] ?? STATUS_CODES[status] ?? '',
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(Problem) } } },
      }),
    ),
  );
