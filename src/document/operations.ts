import { STATUS_CODES } from 'node:http';
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { type ProblemMeaning, PROBLEMS } from '../http/api-problems.js';
import { type Access, ACCESS_IN_DOCUMENT, scopeOf } from '../http/principal.js';
import { Problem } from '../http/problems.js';
import { bodyExamples } from './examples.js';
import {
  bodyOf,
  isReference,
  nameIn,
  type Operation,
  operationsOf,
  type Schema,
  type Schemas,
} from './schema.js';

type Response = NonNullable<Operation['responses'][string]>;

const PROBLEM_MEDIA = 'application/problem+json';
const ANYWHERE = [415];
const WITH_CREDENTIAL = [401, 403];
const WITH_BODY = [400, 413, 422];

const OTHER: ProblemMeaning = {
  name: 'OtherProblem',
  description: 'Any other problem, such as a request that is no good HTTP, or a fault of the service.',
  detail: 'The service failed to answer this request; its log says why.',
};

/** What holds for operations everywhere: who may call, what bodies look like, and what problems they answer with. */
export function finishOperations(document: OpenAPIObject): void {
  const { responses = {}, schemas = {} } = (document.components ??= {});
  for (const [status, meaning] of Object.entries<ProblemMeaning>(PROBLEMS))
    responses[meaning.name] = problemResponse(Number(status), meaning);
  responses[OTHER.name] = problemResponse(500, OTHER);
  document.components.responses = responses;
  for (const { method, operation } of operationsOf(document)) {
    sayWhoMay(operation, method);
    const body = bodyOf(operation);
    if (body) body.examples = bodyExamples(body.schema, method === 'patch', schemas);
    operation.responses = responsesOf(operation, schemas);
  }
}

function problemResponse(status: number, { description, detail, header }: ProblemMeaning): Response {
  const problem: Problem = { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail };
  if (status === 422) {
    const message = 'a cron expression of 5 or 6 fields, such as "0 9 * * MON-FRI"';
    problem.errors = [{ field: 'schedule_interval', message }];
  }
  return {
    description,
    ...(header && {
      headers: { [header.name]: { description: header.description, schema: { type: 'string' } } },
    }),
    content: { [PROBLEM_MEDIA]: { schema: { $ref: getSchemaPath(Problem) }, example: problem } },
  };
}

/** The guard and the document are told by the same decorators. */
function sayWhoMay(operation: Operation & { [ACCESS_IN_DOCUMENT]?: Access }, method: string): void {
  const { [ACCESS_IN_DOCUMENT]: access = {}, description } = operation;
  Reflect.deleteProperty(operation, ACCESS_IN_DOCUMENT);
  const credentials: NonNullable<Operation['security']> = [{ bearer: [] }, { cookie: [] }];
  operation.security = access.public === true ? [] : access.public ? [{}, ...credentials] : credentials;
  operation.description = [...(description ? [description] : []), whoMay(access, method)].join('\n\n');
}

function whoMay(access: Access, method: string): string {
  if (access.public === true) return 'Needs no credential.';
  if (access.public) return 'Needs no credential; one that is sent must be good.';
  const who = access.role === 'admin' ? 'For admins. ' : '';
  if (access.session) return `${who}Not for API keys.`;
  return `${who}An API key needs the scope \`${scopeOf(access, method)}\`.`;
}

function responsesOf(operation: Operation, schemas: Schemas): Operation['responses'] {
  const implied = [
    ...ANYWHERE,
    ...(operation.security?.length ? WITH_CREDENTIAL : []),
    ...(bodyOf(operation) ? WITH_BODY : []),
  ].map((status) => [String(status), { description: '' }] as const);
  const all = Object.entries({ ...Object.fromEntries(implied), ...operation.responses });
  const finished = all.map(([status, response]) => [
    status,
    response && !isReference(response) ? responseOf(Number(status), response, schemas) : response,
  ]);
  return {
    ...(Object.fromEntries(finished) as Operation['responses']),
    default: { $ref: `#/components/responses/${OTHER.name}` },
  };
}

/** Problems that many have are components; what is a success says what of. */
function responseOf(
  status: number,
  response: Exclude<Response, { $ref: string }>,
  schemas: Schemas,
): Response {
  const meaning = (PROBLEMS as Readonly<Record<number, ProblemMeaning>>)[status];
  if (meaning && !response.content) return { $ref: `#/components/responses/${meaning.name}` };
  if (response.description !== '') return response;
  const [{ schema = {} } = {}] = Object.values(response.content ?? {});
  return { ...response, description: contents(schema, schemas) };
}

function contents(schema: Schema, schemas: Schemas): string {
  if (!isReference(schema) && schema.items) return `A list: ${contents(schema.items, schemas)}`;
  return isReference(schema) ? `${nameIn(schema)}.` : '';
}
