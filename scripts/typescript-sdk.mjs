// Writes the TypeScript SDK's generated files from openapi.json, or with --check tells whether they are up to
// date. It knows the parts of OpenAPI that our document uses, and stops at any other rather than guess.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { operationsOf } from './operations.mjs';

const root = join(import.meta.dirname, '..');
const target = join(root, 'clients/typescript/src/generated');
const document = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8'));
const NOTE = '// Generated from openapi.json by "npm run sdk". Do not edit.\n';

const pascal = (name) => name[0].toUpperCase() + name.slice(1);
const comment = (text) => (text ? `/** ${text.replaceAll('*/', '* /').replaceAll('\n', ' ')} */\n` : '');
const quoted = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

const SCALARS = { string: 'string', number: 'number', integer: 'number', boolean: 'boolean' };
const nameOf = ($ref) => {
  const name = $ref.replace('#/components/schemas/', '');
  if (!document.components.schemas[name]) throw new Error(`${$ref} is nowhere`);
  return name;
};

/** The TypeScript type of a schema. */
function typeOf(schema, models) {
  if (schema.nullable) return `${typeOf({ ...schema, nullable: false }, models)} | null`;
  if (schema.$ref) {
    models.add(nameOf(schema.$ref));
    return nameOf(schema.$ref);
  }
  const parts = (list, separator) => list.map((part) => typeOf(part, models)).join(separator);
  if (schema.allOf) return parts(schema.allOf, ' & ');
  if (schema.oneOf) return parts(schema.oneOf, ' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value).replaceAll('"', "'")).join(' | ');
  if (schema.type === 'array') return `(${typeOf(schema.items, models)})[]`;
  if (schema.type === 'object') return objectType(schema, models);
  if (SCALARS[schema.type]) return SCALARS[schema.type];
  if (Object.keys(schema).length === 0) return 'unknown';
  throw new Error(`no type is known for ${JSON.stringify(schema)}`);
}

function objectType({ properties = {}, required = [], additionalProperties }, models) {
  const fields = Object.entries(properties).map(
    ([name, schema]) =>
      `${comment(schema.description)}${quoted(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema, models)};`,
  );
  const rest = additionalProperties === true ? {} : additionalProperties;
  if (rest && fields.length === 0) return `Record<string, ${typeOf(rest, models)}>`;
  if (fields.length === 0) return 'Record<string, never>';
  return `{\n${fields.join('\n')}\n}`;
}

/** An operation's place in the SDK: `listScheduleRuns`, tagged `schedules`, is `schedules.listRuns`. */
function placeOf({ operationId, tags: [tag] }) {
  const noun = pascal(tag).replace(/s$/, '');
  const [, verb, rest] = new RegExp(`^([a-z]+)${noun}s?((?:[A-Z].*)?)$`).exec(operationId) ?? [];
  return { tag, name: verb ? verb + rest : operationId };
}

function answerOf({ responses, operationId }, models) {
  const [, response] = Object.entries(responses).find(([status]) => status.startsWith('2')) ?? [];
  if (!response) throw new Error(`${operationId} never succeeds`);
  const [[media, { schema }] = [undefined, {}]] = Object.entries(response.content ?? {});
  if (!media) return { call: 'send', type: 'void' };
  if (media === 'text/event-stream') return { call: 'stream' };
  if (response.headers?.Link) return { call: 'page', type: typeOf(schema.items, models) };
  return { call: 'send', type: typeOf(schema, models) };
}

/** A function of the SDK: `(client, ...path parameters, body, query, options)`. */
function functionOf(path, method, operation, name, models) {
  const { call, type } = answerOf(operation, models);
  const parameters = operation.parameters ?? [];
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const body = operation.requestBody?.content['application/json'].schema;
  const queryType = `${pascal(operation.operationId)}Query`;
  const needed = inQuery.some(({ required }) => required);
  const signature = [
    'client: Client',
    ...inPath.map((parameter) => `${parameter.name}: ${typeOf(parameter.schema, models)}`),
    ...(body ? [`body: ${typeOf(body, models)}`] : []),
    ...(inQuery.length > 0 ? [`query: ${queryType}${needed ? '' : ' = {}'}`] : []),
    `options: ${call === 'stream' ? 'StreamOptions' : 'RequestOptions'} = {}`,
  ];
  const url = path.replaceAll(/\{(\w+)\}/g, (_, parameter) => `\${segment(${parameter})}`);
  const request = [
    `method: '${method.toUpperCase()}'`,
    `path: \`${url}\``,
    ...(body ? ['body'] : []),
    ...(inQuery.length > 0 ? ['query'] : []),
  ];
  const query = objectType(
    {
      properties: Object.fromEntries(
        inQuery.map(({ name: field, schema, description }) => [field, { ...schema, description }]),
      ),
      required: inQuery.filter(({ required }) => required).map(({ name: field }) => field),
    },
    models,
  );
  const returns = {
    send: `Promise<${type}>`,
    page: `Promise<Page<${type}>>`,
    stream: 'AsyncGenerator<ServerEvent>',
  };
  const local = name === 'delete' ? 'remove' : name;
  return [
    inQuery.length > 0 ? `export interface ${queryType} ${query}` : '',
    comment(operation.summary) +
      `${local === name ? 'export ' : ''}const ${local} = (${signature.join(', ')}): ${returns[call]} =>` +
      `client.${call}({ ${request.join(', ')} }, options);`,
    local === name ? '' : `export { ${local} as ${name} };`,
  ].join('\n\n');
}

function moduleOf(functions) {
  const models = new Set();
  const code = functions
    .map(({ path, method, operation, name }) => functionOf(path, method, operation, name, models))
    .join('\n\n');
  const runtime = ['Client', 'Page', 'RequestOptions', 'segment', 'ServerEvent', 'StreamOptions'].filter(
    (name) => new RegExp(`\\b${name}\\b`).test(code),
  );
  const imported = runtime.map((name) => (name === 'segment' ? name : `type ${name}`));
  return (
    `import { ${imported.join(', ')} } from '../client.js';\n` +
    (models.size > 0 ? `import type { ${[...models].sort().join(', ')} } from './models.js';\n` : '') +
    `\n${code}\n`
  );
}

function files() {
  const byTag = new Map();
  for (const { path, method, operation } of operationsOf(document)) {
    const { tag, name } = placeOf(operation);
    const functions = byTag.get(tag) ?? [];
    if (functions.some((other) => other.name === name)) throw new Error(`${tag}.${name} is there twice`);
    byTag.set(tag, [...functions, { path, method, operation, name }]);
  }
  const models = Object.entries(document.components.schemas).map(([name, schema]) => {
    const type = typeOf(schema, new Set());
    const object = schema.type === 'object' && type.startsWith('{');
    return (
      comment(schema.description) +
      (object ? `export interface ${name} ${type}` : `export type ${name} = ${type};`)
    );
  });
  const namespaces = [...byTag.keys()].sort().map((tag) => `export * as ${tag} from './${tag}.js';`);
  return new Map([
    ['models.ts', models.join('\n\n')],
    ['operations.ts', namespaces.join('\n')],
    ...[...byTag].map(([tag, functions]) => [`${tag}.ts`, moduleOf(functions)]),
  ]);
}

const style = await resolveConfig(join(root, 'package.json'));
const wanted = new Map();
for (const [name, code] of files()) {
  wanted.set(name, await format(NOTE + code, { ...style, parser: 'typescript' }));
}
const found = existsSync(target) ? readdirSync(target) : [];
const stale = [...wanted.keys()].filter(
  (name) => !found.includes(name) || readFileSync(join(target, name), 'utf8') !== wanted.get(name),
);
const left = found.filter((name) => !wanted.has(name));
if (!process.argv.includes('--check')) {
  mkdirSync(target, { recursive: true });
  for (const name of left) rmSync(join(target, name));
  for (const name of stale) writeFileSync(join(target, name), wanted.get(name));
} else if (stale.length + left.length > 0) {
  const names = [...stale, ...left].join(', ');
  process.stderr.write(
    `clients/typescript is not what openapi.json says (${names}): run "npm run sdk" and commit it.\n`,
  );
  process.exitCode = 1;
}
