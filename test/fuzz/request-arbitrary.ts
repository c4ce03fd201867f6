import fc, { type Arbitrary } from 'fast-check';

/** The parts of an OpenAPI document that requests are made from. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly format?: string;
  readonly example?: unknown;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface FuzzedRequest {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  /** As it is sent. */
  readonly body: string | undefined;
}

/** Texts that parsers, databases and templates have stumbled over. */
const NASTY = [
  ...['', ' ', '\0', '\ud800', '\u202e', 'ﬀ', '😀', '-1', '1e999', '9007199254740993', 'NaN', 'null', 'true'],
  ...[
    "' OR 1=1 --",
    '%',
    '%s%n',
    '../../etc/passwd',
    '{{',
    '{{run.id}}',
    '{{secrets.X}}',
    '${7*7}',
    '<script>',
  ],
  ...['__proto__', 'constructor', 'toString', '* * * * *', '@every 1s', '0 0 30 2 *', '2030-01-01T00:00:00Z'],
  ...[
    'H H * * *',
    '*/0 * * * *',
    '@every 0s',
    'R/PT1S',
    '0-59/1,5 * L W #',
    'Europe/Berlin',
    'http://x.invalid/',
  ],
  ...[
    'http://[::1]:1/',
    'sch_x',
    '9'.repeat(400),
    'a'.repeat(5000),
    '[['.repeat(50),
    '\r\nX: y',
    'application/json',
  ],
];

/** Values that fill a body, for whatever looks at each character, item or field of them. */
const LARGE: readonly unknown[] = [
  ...['a', ' x', '0,', '1 ', '{{run.id}}', '{{', '€', '\u0001', 'x@', '*/', '((', '\n'].map((part) =>
    part.repeat(Math.floor(200_000 / JSON.stringify(part).length)),
  ),
  `${' '.repeat(200_000)}x`,
  Array(100_000).fill(0),
  Array(40_000).fill('ab'),
  Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`k${String(n)}`, n])),
];

const text = (): Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...NASTY),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ maxLength: 20 }),
  );

const junk = (): Arbitrary<unknown> =>
  fc.oneof(
    text(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.jsonValue({ maxDepth: 4 }),
    fc.constantFrom([], {}, [[]], { a: { b: { c: {} } } }, 1e308, -0, 2 ** 53),
  );

/** Values that a schema allows, values that it nearly allows, and junk. */
function valueOf(schema: Schema, document: Document, depth = 0): Arbitrary<unknown> {
  if (depth > 4) return junk();
  if (schema.$ref)
    return valueOf(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, document, depth);
  const some = schema.oneOf ?? schema.allOf;
  const proper: Arbitrary<unknown>[] = [];
  if (some) proper.push(...some.map((each) => valueOf(each, document, depth + 1)));
  if (schema.enum) proper.push(fc.constantFrom(...schema.enum));
  if (schema.example !== undefined) proper.push(fc.constant(schema.example));
  if (schema.properties) proper.push(objectOf(schema.properties, document, depth));
  if (schema.items) proper.push(fc.array(valueOf(schema.items, document, depth + 1), { maxLength: 5 }));
  if (schema.type === 'string') proper.push(schema.format === 'date-time' ? instant() : text());
  if (schema.type === 'integer' || schema.type === 'number') proper.push(fc.integer({ min: -10, max: 5000 }));
  if (schema.type === 'boolean') proper.push(fc.boolean());
  return proper.length === 0
    ? junk()
    : fc.oneof({ weight: 8, arbitrary: fc.oneof(...proper) }, { weight: 1, arbitrary: junk() });
}

const instant = (): Arbitrary<string> =>
  fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    text(),
  );

function objectOf(
  properties: Readonly<Record<string, Schema>>,
  document: Document,
  depth: number,
): Arbitrary<Record<string, unknown>> {
  const known = fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, document, depth + 1)]),
    ),
    { requiredKeys: [] },
  );
  // Often whole but for one field, else nothing would get past the first check.
  const example = Object.fromEntries(
    Object.entries(properties).flatMap(([name, { example: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  return fc.oneof(
    known,
    known.map((fields) => ({ ...example, ...Object.fromEntries(Object.entries(fields).slice(0, 2)) })),
    fc.dictionary(text(), junk(), { maxKeys: 3 }),
  );
}

/** A good body but for one field, or one part of its action, that is as large as a body may be. */
function largeBody({ $ref = '' }: Schema, { components: { schemas } }: Document): Arbitrary<string> {
  const properties = schemas[$ref.split('/').at(-1) ?? '']?.properties ?? {};
  const example = Object.fromEntries(
    Object.entries(properties).flatMap(([name, { example: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  const http = { type: 'http', url: 'http://x.invalid/' };
  const actions = ['url', 'headers', 'body', 'expected_statuses', 'body_contains', 'x'];
  const fields = [...Object.keys(properties), 'x', ...('action' in properties ? actions : [])];
  return fc.tuple(fc.nat(fields.length - 1), fc.constantFrom(...LARGE)).map(([n, value]) => {
    const name = fields[n] ?? 'x';
    const inAction = n > Object.keys(properties).length;
    return JSON.stringify({
      ...example,
      ...(inAction ? { action: { ...http, [name]: value } } : { [name]: value }),
    });
  });
}

const HTTP_METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];

/** Requests of every operation of the document, with good, nearly good and bad parameters and bodies. */
export function requestArbitrary(document: Document, ids: Arbitrary<string>): Arbitrary<FuzzedRequest> {
  const requests = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      operationArbitrary(document, path, method, operation, ids),
    ),
  );
  const stray = fc
    .record({
      method: fc.constantFrom(...HTTP_METHODS),
      path: fc.webPath(),
      body: fc.option(text(), { nil: undefined }),
    })
    .map((request) => ({ operationId: 'stray', ...request, path: request.path || '/' }))
    .filter(({ method, body }) => method !== 'GET' || body === undefined);
  return fc.oneof(...requests, stray);
}

function operationArbitrary(
  document: Document,
  path: string,
  method: string,
  { operationId, parameters = [], requestBody }: OperationObject,
  ids: Arbitrary<string>,
): Arbitrary<FuzzedRequest> {
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const schema = requestBody?.content['application/json']?.schema;
  const bodies = schema
    ? fc.oneof(
        { weight: 9, arbitrary: valueOf(schema, document).map((value) => JSON.stringify(value)) },
        { weight: 1, arbitrary: text() },
        { weight: 1, arbitrary: largeBody(schema, document) },
      )
    : fc.oneof({ weight: 19, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: text() });
  const queries = fc.record(
    Object.fromEntries(
      query.map(({ name, schema: wanted }) => [name, valueOf(wanted, document).map(asText)]),
    ),
    { requiredKeys: [] },
  );
  const someQueries = fc.oneof(fc.constant({}), queries);
  const someIds = fc.oneof({ weight: 4, arbitrary: ids }, { weight: 1, arbitrary: text() });
  return fc.record({ id: someIds, query: someQueries, body: bodies }).map((request) => {
    const search = new URLSearchParams(request.query as Record<string, string>).toString();
    return {
      operationId,
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/, encodeURIComponent(request.id.toWellFormed())) + (search && `?${search}`),
      body: method === 'get' ? undefined : request.body,
    };
  });
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value) || '';
