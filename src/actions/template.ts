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
const PLACEHOLDER = /\\\{\{|\{\{([^{}]{0,200})\}\}|\{\{/g;

export const SECRET = 'secrets.';

/** A message names so many secrets at most. */
const NAMED_SECRETS = 20;

/** A value of the template's, and how it is written where it stands. */
export type Lookup = (name: string) => string | undefined;

/** A template names something that there is not. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
}

/** Most texts have no template: that is seen at once. */
export const hasTemplates = (text: string): boolean => text.includes('{{');

/** The names of the secrets that a text refers to, each once. */
export function secretsIn(text: string): string[] {
  if (!hasTemplates(text)) return [];
  const names = [...text.matchAll(PLACEHOLDER)].map(([, name]) => name?.trim() ?? '');
  return [
    ...new Set(names.filter((name) => name.startsWith(SECRET)).map((name) => name.slice(SECRET.length))),
  ];
}

/** Tells what is wrong with templates of a user who has the secrets of these names. */
export class TemplateCheck {
  private readonly known: ReadonlySet<string>;
  private readonly named: string;

  constructor(secretNames: readonly string[]) {
    const secrets = secretNames.map((name) => SECRET + name);
    this.known = new Set<string>([...TEMPLATE_NAMES, ...secrets]);
    const shown = [...TEMPLATE_NAMES, ...secrets.slice(0, NAMED_SECRETS)].map((name) => `{{${name}}}`);
    this.named = shown.join(', ') + (secrets.length > NAMED_SECRETS ? ' and other secrets' : '');
  }

  /** Undefined when nothing is wrong. */
  faultIn(text: string): string | undefined {
    for (const [placeholder, name] of text.matchAll(PLACEHOLDER)) {
      if (placeholder === '\\{{') continue;
      if (name === undefined)
        return `"{{" that a name and "}}" follow (or \\{{ for the braces): ${this.named}`;
      if (!this.known.has(name.trim())) return `a known name: ${this.named}`;
    }
    return undefined;
  }
}

/**
 * Puts values in the place of names, once: what a value contains is not looked at.
 *
 * @throws TemplateFault for a name that has no value
 */
export function render(text: string, lookup: Lookup): string {
  if (!hasTemplates(text)) return text;
  return text.replace(PLACEHOLDER, (placeholder: string, name: string | undefined) => {
    if (placeholder === '\\{{') return '{{';
    const value = name === undefined ? undefined : lookup(name.trim());
    if (value === undefined)
      throw new TemplateFault(`there is no ${name?.trim() ?? placeholder} to put into {{…}}`);
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
