import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly additionalProperties?: unknown;
  readonly properties?: object;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly description?: string;
  readonly security?: readonly object[];
  readonly requestBody?: {
    content: Record<string, { schema: Schema; examples?: Record<string, { value: unknown }> }>;
  };
  readonly responses: Record<string, { $ref?: string; description?: string }>;
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as {
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses?: Record<string, object> };
};
const { schemas, responses: problems = {} } = document.components;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

/** Not to be looked into: a value may look like a schema. */
const VALUES = ['example', 'examples', 'default', 'enum', 'x-enum-varnames', 'required', 'mapping'];

/** Every schema that a part of the document has in it or, with `follow`, leads to; with where it is. */
function schemasIn(part: unknown, follow = false, at = '', seen = new Set<string>()): [string, Schema][] {
  if (typeof part !== 'object' || part === null) return [];
  const { $ref } = part as Schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    if (!follow || seen.has(name)) return [];
    seen.add(name);
    return schemasIn(schemas[name], true, name, seen);
  }
  const within = Object.entries(part).filter(([key]) => !VALUES.includes(key));
  return [[at, part], ...within.flatMap(([key, value]) => schemasIn(value, follow, `${at}.${key}`, seen))];
}

const bodyOf = ({ requestBody }: Operation): Schema | undefined =>
  requestBody?.content['application/json']?.schema;

test('no schema of an update leads to a default: a generated client would send it, and reset the field', () => {
  const updates = operations.filter(({ method }) => method === 'patch');
  expect(updates.length).toBeGreaterThan(2);
  const found = updates.flatMap((operation) =>
    schemasIn(bodyOf(operation), true).filter(([, schema]) => schema.default !== undefined),
  );
  expect(found.map(([at]) => at)).toEqual([]);
  const create = operations.find(({ operationId }) => operationId === 'createSchedule');
  const kept = schemasIn(create && bodyOf(create), true).filter(([, schema]) => schema.default !== undefined);
  expect(kept.length).toBeGreaterThan(5);
});

test('ids and counts are integers of a known width; only what may have a fraction is a number', () => {
  const all = schemasIn(document.paths).concat(schemasIn(schemas));
  const numbers = all.filter(([, { type }]) => type === 'number' || type === 'integer');
  expect(numbers.length).toBeGreaterThan(60);
  const wrong = numbers.filter(([, { type, format, maximum = Infinity }]) =>
    type === 'number' ? format !== 'double' : format !== (maximum < 2 ** 31 ? 'int32' : 'int64'),
  );
  expect(wrong.map(([at]) => at)).toEqual([]);
  const fractions = numbers.filter(([, { type }]) => type === 'number').map(([at]) => at);
  expect(fractions.sort()).toEqual(['.HttpBody.oneOf.3', '.PartHealth.properties.responseTime']);
});

test('each operation has one tag, says who may call it, and has a response for any problem', () => {
  const faults = operations.flatMap((operation) => {
    const { operationId, tags, security, responses, description, requestBody } = operation;
    const needed = [
      'default',
      '415',
      ...(requestBody ? ['400', '413', '422'] : []),
      ...(security?.length ? ['401', '403'] : []),
    ];
    const missing = needed.filter((status) => !responses[status]);
    const undescribed = Object.entries(responses).filter(
      ([, { $ref, description: text }]) => $ref === undefined && !text,
    );
    return [
      ...(tags.length === 1 ? [] : [`${operationId} has ${String(tags.length)} tags`]),
      ...(security ? [] : [`${operationId} does not say who may call it`]),
      ...(description ? [] : [`${operationId} has no description`]),
      ...missing.map((status) => `${operationId} lacks ${status}`),
      ...undescribed.map(([status]) => `${operationId} does not describe ${status}`),
    ];
  });
  expect(faults).toEqual([]);
  expect(document.servers.map(({ url }) => url)).toEqual(['/']);
});

test('the example of each problem is of its own status', () => {
  const statuses = operations.flatMap(({ responses }) =>
    Object.entries(responses).map(([status, { $ref = '' }]) => [status, $ref.split('/').at(-1) ?? '']),
  );
  const named = new Map(
    statuses.filter(([status = '', name]) => name && status !== 'default').map(([s = '', n = '']) => [n, s]),
  );
  expect(named.size).toBeGreaterThan(8);
  for (const [name, status] of named) {
    expect(problems[name]).toMatchObject({
      content: { 'application/problem+json': { example: { status: Number(status) } } },
    });
  }
});

test('schemas of requests allow no field that would be refused, and every body has an example', () => {
  const open = operations.flatMap((operation) =>
    schemasIn(bodyOf(operation), true).filter(
      ([, { properties, additionalProperties }]) => properties && additionalProperties !== false,
    ),
  );
  expect(open.map(([at]) => at)).toEqual([]);
  const bare = operations.filter(
    ({ requestBody }) => requestBody && !requestBody.content['application/json']?.examples,
  );
  expect(bare.map(({ operationId }) => operationId)).toEqual([]);
});
