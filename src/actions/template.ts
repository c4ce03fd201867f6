/** What a template may name besides `secrets.NAME`. */
export const TEMPLATE_NAMES = [
  'run.id',
  'run.scheduled_for',
  'run.trigger',
  'run.attempt',
  'schedule.id',
  'schedule.title',
] as const;

export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** `{{ name }}`; `\{{` stands for two braces as they are; any other `{{` is a fault. */
const PLACEHOLDER = /\\\{\{|\{\{\s*([^{}\s]*)\s*\}\}|\{\{/g;

const SECRET = 'secrets.';

/** A value of the template's, and how it is written where it stands. */
export type Lookup = (name: string) => string | undefined;

/** A template names something that there is not. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
}

/** The names that a text refers to, each once. */
export function namesIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].flatMap(([, name]) => name ?? []))];
}

/** The names of the secrets that a text refers to, each once. */
export const secretsIn = (text: string): string[] =>
  namesIn(text).flatMap((name) => (name.startsWith(SECRET) ? name.slice(SECRET.length) : []));

/** What is wrong with a template, for a user who has the secrets of these names; undefined when nothing is. */
export function templateFault(text: string, secretNames: readonly string[]): string | undefined {
  const known = new Set<string>([...TEMPLATE_NAMES, ...secretNames.map((name) => SECRET + name)]);
  for (const [placeholder, name] of text.matchAll(PLACEHOLDER)) {
    if (placeholder !== '\\{{' && (name === undefined || !known.has(name))) {
      const names = [...known].map((each) => `{{${each}}}`).join(', ');
      return `${name === undefined ? '"{{" that a name and "}}" follow (or \\{{ for the braces)' : 'a known name'}: ${names}`;
    }
  }
  return undefined;
}

/**
 * Puts values in the place of names, once: what a value contains is not looked at.
 *
 * @throws TemplateFault for a name that has no value
 */
export function render(text: string, lookup: Lookup): string {
  return text.replace(PLACEHOLDER, (placeholder: string, name: string | undefined) => {
    if (placeholder === '\\{{') return '{{';
    const value = name === undefined ? undefined : lookup(name);
    if (value === undefined) throw new TemplateFault(`there is no ${name ?? placeholder} to put into {{…}}`);
    return value;
  });
}

/** Applies `change` to every text in a JSON value, keys included. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]),
  );
}
