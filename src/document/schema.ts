import type { ContentObject, OpenAPIObject, ReferenceObject, SchemaObject } from '@nestjs/swagger';

/** A schema of the document: written out, or the name of one that is. */
export type Schema = SchemaObject | ReferenceObject;
export type Schemas = Record<string, Schema>;

/** The default of a schema, which may be any value. */
export const defaultOf = (schema: Schema): unknown => (isReference(schema) ? undefined : schema.default);

/** The schema without some of what it says. */
export function without(schema: SchemaObject, ...keys: (keyof SchemaObject)[]): SchemaObject {
  const rest = { ...schema };
  for (const key of keys) Reflect.deleteProperty(rest, key);
  return rest;
}

const PREFIX = '#/components/schemas/';

export const isReference = (part: object): part is ReferenceObject => '$ref' in part;
export const referenceTo = (name: string): ReferenceObject => ({ $ref: PREFIX + name });
export const nameIn = ({ $ref }: ReferenceObject): string => $ref.slice(PREFIX.length);

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Every operation of the document, with its method. */
export const operationsOf = (
  document: OpenAPIObject,
): { method: (typeof METHODS)[number]; operation: Operation }[] =>
  Object.values(document.paths).flatMap((item) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, operation }] : [];
    }),
  );

type JsonBody = ContentObject[string] & { schema: Schema };

/** The JSON body that an operation takes, if it takes one. */
export function bodyOf({ requestBody }: Operation): JsonBody | undefined {
  if (!requestBody || isReference(requestBody)) return undefined;
  const body = requestBody.content['application/json'];
  return body?.schema && Object.assign(body, { schema: body.schema });
}

export const mapValues = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** The schema after `change`, and before it the parts it is made of. References are not followed. */
export function mapSchema(schema: Schema, change: (part: Schema) => Schema): Schema {
  if (isReference(schema)) return change(schema);
  const each = (part: Schema): Schema => mapSchema(part, change);
  const { properties, items, additionalProperties, allOf, oneOf } = schema;
  return change({
    ...schema,
    ...(properties && { properties: mapValues(properties, each) }),
    ...(items && { items: each(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: each(additionalProperties) }),
    ...(allOf && { allOf: allOf.map(each) }),
    ...(oneOf && { oneOf: oneOf.map(each) }),
  });
}

/** Changes every schema of the document: in its components, parameters, bodies and answers. */
export function changeSchemas(document: OpenAPIObject, change: (part: Schema) => Schema): void {
  const within = (holder: object): void => {
    if ('schema' in holder) Object.assign(holder, { schema: mapSchema(holder.schema as Schema, change) });
  };
  for (const { operation } of operationsOf(document)) {
    operation.parameters?.forEach(within);
    const body = bodyOf(operation);
    if (body) within(body);
    for (const response of Object.values(operation.responses)) {
      if (!response || isReference(response)) continue;
      Object.values(response.content ?? {}).forEach(within);
      Object.values(response.headers ?? {}).forEach(within);
    }
  }
  const schemas = document.components?.schemas ?? {};
  for (const [name, schema] of Object.entries(schemas)) schemas[name] = mapSchema(schema, change);
}

/** The names of the components that a schema leads to, over any number of references. */
export function reached(schema: Schema, schemas: Schemas, names = new Set<string>()): Set<string> {
  mapSchema(schema, (part) => {
    if (isReference(part) && !names.has(nameIn(part))) {
      names.add(nameIn(part));
      reached(schemas[nameIn(part)] ?? {}, schemas, names);
    }
    return part;
  });
  return names;
}
