import type { SchemaObject } from '@nestjs/swagger';
import { isReference, nameIn, type Schema, type Schemas } from './schema.js';

/** The schema that a reference, or an `allOf` around one, stands for. */
function resolve(schema: Schema, schemas: Schemas): SchemaObject {
  if (isReference(schema)) return resolve(schemas[nameIn(schema)] ?? {}, schemas);
  const [only] = schema.allOf ?? [];
  return only ? resolve(only, schemas) : schema;
}

/** The example that a schema has itself. */
const ownExample = (schema: Schema): unknown =>
  isReference(schema) ? undefined : ((schema.example as unknown) ?? undefined);

/** A value of a schema, of the examples that its fields have. */
function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const whole = resolve(schema, schemas);
  const example = ownExample(schema) ?? ownExample(whole);
  if (example !== undefined) return example;
  const { properties = {}, required = [], enum: values } = whole;
  if (values) return values[0] as unknown;
  const shown = Object.entries(properties).filter(
    ([name, field]) => required.includes(name) || ownExample(field) !== undefined,
  );
  return Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(field, schemas)]));
}

/**
 * Bodies that an operation takes: one, or one for each kind of the field that comes in kinds. That of an update is one
 * field, for it needs no more.
 */
export function bodyExamples(
  body: Schema,
  isUpdate: boolean,
  schemas: Schemas,
): Record<string, { value: unknown }> {
  const { properties = {}, required = [] } = resolve(body, schemas);
  const names = isUpdate ? Object.keys(properties).slice(0, 1) : required;
  const plain = Object.fromEntries(names.map((name) => [name, exampleOf(properties[name] ?? {}, schemas)]));
  const kinds = Object.entries(properties).flatMap(([name, field]) => {
    const { mapping = {} } = resolve(field, schemas).discriminator ?? {};
    return Object.entries(mapping).map(([kind, $ref]) => [name, kind, exampleOf({ $ref }, schemas)] as const);
  });
  return {
    ...((isUpdate || kinds.length === 0) && { plain: { value: plain } }),
    ...Object.fromEntries(
      kinds.map(([name, kind, value]) => [
        kind,
        { value: isUpdate ? { [name]: value } : { ...plain, [name]: value } },
      ]),
    ),
  };
}
