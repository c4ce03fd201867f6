import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';

export interface ProblemMeaning {
  /** Of the response in the document. */
  readonly name: string;
  readonly description: string;
  /** What `detail` says, for example. */
  readonly detail: string;
  readonly header?: { readonly name: string; readonly description: string };
}

const RETRY_AFTER = { name: 'Retry-After', description: 'Seconds until it may be worth trying again.' };

/** The problems that operations answer with, by status. */
export const PROBLEMS = {
  400: {
    name: 'BadRequest',
    description: 'The body is not JSON.',
    detail: "Expected property name or '}' in JSON at position 1",
  },
  401: {
    name: 'NotSignedIn',
    description: 'Not signed in.',
    detail: 'The token is not valid, or no longer: sign in again.',
    header: { name: 'WWW-Authenticate', description: '`Bearer`.' },
  },
  403: {
    name: 'Forbidden',
    description:
      'Not allowed to this caller: its role or the scopes of its API key are too low, or the page that made its ' +
      'browser send the cookie is of another origin.',
    detail: 'This API key has no scope "write".',
  },
  404: {
    name: 'NotFound',
    description: 'There is none, or it is not yours.',
    detail: 'There is no schedule 7.',
  },
  409: {
    name: 'Conflict',
    description: 'It contradicts what is stored.',
    detail: 'Run 41 is over.',
  },
  413: {
    name: 'ContentTooLarge',
    description: 'The body has more than 256 KiB.',
    detail: 'Request body is too large',
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is of another type than application/json.',
    detail: 'Send JSON, as application/json.',
  },
  422: {
    name: 'UnprocessableContent',
    description: 'Fields are not valid; `errors` names each.',
    detail: 'schedule_interval is not valid.',
  },
  429: {
    name: 'TooManyRequests',
    description: 'Too often; `Retry-After` says when to try again.',
    detail: 'Too many attempts from this address. Try again in 30 s.',
    header: RETRY_AFTER,
  },
  503: {
    name: 'ServiceUnavailable',
    description: 'The database cannot store now.',
    detail: 'The database cannot store this now; nothing was changed. Try again.',
    header: RETRY_AFTER,
  },
} as const satisfies Readonly<Record<number, ProblemMeaning>>;

export type ProblemStatus = keyof typeof PROBLEMS;

/**
 * Documents the problems of an operation that are its own. Those that many have (of credentials, of bodies) are added to
 * all that can answer them when the document is finished, and so is what they look like.
 */
export const ApiProblems = (...statuses: ProblemStatus[]): MethodDecorator =>
  applyDecorators(
    ...[...statuses, 503 as const].map((status) =>
      ApiResponse({ status, description: PROBLEMS[status].description }),
    ),
  );
