import type { OpenAPIObject, SchemaObject } from '@nestjs/swagger';
import {
  bodyOf,
  changeSchemas,
  defaultOf,
  isReference,
  mapSchema,
  nameIn,
  operationsOf,
  reached,
  referenceTo,
  type Schema,
  type Schemas,
  without,
} from './schema.js';

const INT32_LIMIT = 2 ** 31;

/** What holds for schemas everywhere, so that generators of any language make the types that are meant. */
export function finishSchemas(document: OpenAPIObject): void {
  const schemas: Schemas = ((document.components ??= {}).schemas ??= {});
  changeSchemas(document, (part) =>
    standAlone(nameByTitle(nameConstants(makeWhole(part)), schemas), schemas),
  );
  closeRequests(document, schemas);
  dropDefaultsOfUpdates(document, schemas);
}

/** Numbers are whole unless they say `double`. Ids do not fit into 32 bits, nor into a float. */
function makeWhole(part: Schema): Schema {
  if (isReference(part) || part.format !== undefined) return part;
  if (part.type !== 'number' && part.type !== 'integer') return part;
  const isSmall = part.maximum !== undefined && part.maximum < INT32_LIMIT;
  return { ...part, type: 'integer', format: isSmall ? 'int32' : 'int64' };
}

/** `title` and `-title` would be one constant in most languages: they get names of their own. */
function nameConstants(part: Schema): Schema {
  if (isReference(part) || !part.enum?.some((value) => String(value).startsWith('-'))) return part;
  const names = part.enum.map((value) =>
    String(value)
      .toUpperCase()
      .replace(/^-(.*)/, '$1_DESCENDING'),
  );
  return Object.assign({ ...part }, { 'x-enum-varnames': names });
}

/** A schema with a title becomes a component of that name, so that its type has a name in every language. */
function nameByTitle(part: Schema, schemas: Schemas): Schema {
  if (isReference(part) || part.title === undefined) return part;
  const { title, nullable } = part;
  const value = defaultOf(part);
  schemas[title] = without(part, 'title', 'default', 'nullable');
  if (value === undefined && !nullable) return referenceTo(title);
  return {
    allOf: [referenceTo(title)],
    ...(value !== undefined && { default: value }),
    ...(nullable && { nullable }),
  };
}

/**
 * A reference has to stand alone, and some generators make an empty type of an `allOf` around it: what is said beside it
 * becomes the description of what it refers to.
 */
function standAlone(part: Schema, schemas: Schemas): Schema {
  const [only, another] = isReference(part) ? [] : (part.allOf ?? []);
  if (isReference(part) || !only || another || !isReference(only) || part.nullable) return part;
  const value = defaultOf(part);
  const byDefault = typeof value === 'string' ? `By default \`${value}\`.` : '';
  const component = schemas[nameIn(only)];
  if (component && !isReference(component)) {
    const described = component.description ?? part.description ?? '';
    const said = described.includes(byDefault) ? described : `${described} ${byDefault}`.trim();
    if (said !== '') component.description = said;
  }
  return only;
}

const isRecord = (part: Schema): part is SchemaObject =>
  !isReference(part) && part.properties !== undefined && part.additionalProperties === undefined;

/** A request with a field that is not known is refused. */
function closeRequests(document: OpenAPIObject, schemas: Schemas): void {
  for (const { operation } of operationsOf(document)) {
    for (const name of reached(bodyOf(operation)?.schema ?? {}, schemas)) {
      schemas[name] = mapSchema(schemas[name] ?? {}, (part) =>
        isRecord(part) ? { ...part, additionalProperties: false } : part,
      );
    }
  }
}

/**
 * A client that is generated sends what has a default along, whether it was set or not: in an update that would put
 * back whatever the user has not named. Components that lead to a default get a variant without, named `…Update`.
 */
function dropDefaultsOfUpdates(document: OpenAPIObject, schemas: Schemas): void {
  const variants = new Map<string, string>();
  const variantOf = (name: string): string => {
    const known = variants.get(name);
    if (known !== undefined) return known;
    const schema = schemas[name] ?? {};
    const parts = [schema, ...[...reached(schema, schemas)].map((each) => schemas[each] ?? {})];
    if (!parts.some(hasDefault)) return name;
    const variant = name.endsWith('Update') ? name : `${name}Update`;
    variants.set(name, variant);
    schemas[variant] = mapSchema(schema, (part) => {
      if (isReference(part)) return referenceTo(variantOf(nameIn(part)));
      const { discriminator } = part;
      const rest = without(part, 'default');
      return discriminator ? { ...rest, discriminator: choosing(discriminator, variantOf) } : rest;
    });
    return variant;
  };
  for (const { method, operation } of operationsOf(document)) {
    const schema = method === 'patch' ? bodyOf(operation)?.schema : undefined;
    if (schema && isReference(schema)) variantOf(nameIn(schema));
  }
}

function choosing(
  { propertyName, mapping = {} }: NonNullable<SchemaObject['discriminator']>,
  variantOf: (name: string) => string,
): SchemaObject['discriminator'] {
  const variants = Object.entries(mapping).map(([value, $ref]) => [
    value,
    referenceTo(variantOf(nameIn({ $ref }))).$ref,
  ]);
  return { propertyName, mapping: Object.fromEntries(variants) as Record<string, string> };
}

function hasDefault(schema: Schema): boolean {
  let found = false;
  mapSchema(schema, (part) => {
    if (defaultOf(part) !== undefined) found = true;
    return part;
  });
  return found;
}
