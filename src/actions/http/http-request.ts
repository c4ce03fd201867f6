import type { ActionContext, ActionFault } from '../action.js';
import type { HttpActionDto } from '../dto/action.dto.js';
import { isHeaderValue } from '../dto/headers-field.js';
import {
  hasTemplates,
  type Lookup,
  mapTexts,
  render,
  SECRET,
  secretsIn,
  TemplateCheck,
  type TemplateName,
} from '../template.js';

/** What is sent, once its templates are filled in. */
export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A request that cannot be made from an action and the values of its templates. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';

  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** What is looked for in every answer. More would take long. */
const MOST_SECRETS = 50;

/** So many faults of templates are told at once. */
const TOLD_FAULTS = 10;

/** What templates may name in an attempt, by name. */
export function templateValues(
  { run, schedule }: ActionContext,
  secrets: ReadonlyMap<string, string>,
): Lookup {
  const values: Record<TemplateName, () => string> = {
    'run.id': () => String(run.id),
    'run.scheduled_for': () => run.scheduled_for.toISOString(),
    'run.trigger': () => run.trigger,
    'run.attempt': () => String(run.attempt),
    'schedule.id': () => String(schedule.id),
    'schedule.title': () => schedule.title,
  };
  return (name) => {
    if (name.startsWith(SECRET)) return secrets.get(name.slice(SECRET.length));
    return Object.hasOwn(values, name) ? values[name as TemplateName]() : undefined;
  };
}

/**
 * Fills an action's templates in. A value is written as its place demands: escaped in a JSON body,
 * percent-encoded in a URL or a form. Secrets in a URL stand as they are, for they may be a part of one.
 *
 * @throws InvalidRequest, TemplateFault
 */
export function buildRequest(action: HttpActionDto, plain: Lookup): HttpRequest {
  const encoded =
    (encode: (value: string) => string): Lookup =>
    (name) => {
      const value = plain(name);
      return value === undefined ? undefined : encode(value);
    };
  const urlText = render(action.url, (name) => (name.startsWith(SECRET) ? plain : encoded(encodePart))(name));
  if (!URL.canParse(urlText))
    throw new InvalidRequest('url', 'its url is not one once its templates are filled in');

  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(action.headers ?? {})) {
    const value = render(text, plain);
    if (!isHeaderValue(value))
      throw new InvalidRequest(
        `headers.${name}`,
        `header ${name} would get characters that no header can carry`,
      );
    headers[name.toLowerCase()] = value;
  }

  const { body } = action;
  if (body === undefined) return { url: new URL(urlText), headers, body };
  const isText = typeof body === 'string';
  headers['content-type'] ??= isText ? 'text/plain; charset=utf-8' : 'application/json';
  const text = isText ? render(body, encoded(encoderFor(headers['content-type']))) : renderJson(body, plain);
  return { url: new URL(urlText), headers, body: text };
}

function renderJson(body: unknown, lookup: Lookup): string {
  const text = JSON.stringify(body);
  if (!hasTemplates(text)) return text;
  const rendered = mapTexts(body, (text) => render(text, lookup));
  if (countKeys(rendered) < countKeys(body))
    throw new InvalidRequest('body', 'two keys of its body become the same');
  return JSON.stringify(rendered);
}

const countKeys = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, item) => sum + 1 + countKeys(item), 0)
    : 0;

/** Dots as a whole segment would climb in the path of a URL, however they are encoded. */
function encodePart(value: string): string {
  if (/^\.{1,2}$/.test(value)) throw new InvalidRequest('url', `"${value}" cannot become a part of a URL`);
  return encodeURIComponent(value);
}

function encoderFor(contentType: string): (value: string) => string {
  if (/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(contentType))
    return (value) => JSON.stringify(value).slice(1, -1);
  if (/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType)) return encodeURIComponent;
  return (value) => value;
}

/** Every text of an action that may contain templates, with its field. */
function texts(action: HttpActionDto): ActionFault[] {
  const all = [{ field: 'url', message: action.url }];
  for (const [name, text] of Object.entries(action.headers ?? {}))
    all.push({ field: `headers.${name}`, message: text });
  mapTexts(action.body, (text) => {
    all.push({ field: 'body', message: text });
    return text;
  });
  return all;
}

export const secretsOf = (action: HttpActionDto): string[] => [
  ...new Set(texts(action).flatMap(({ message }) => secretsIn(message))),
];

export function templateFaults(action: HttpActionDto, secretNames: readonly string[]): ActionFault[] {
  const check = new TemplateCheck(secretNames);
  const faults: ActionFault[] = [];
  const used = new Set<string>();
  for (const { field, message: text } of texts(action)) {
    for (const name of secretsIn(text)) used.add(name);
    const message =
      used.size > MOST_SECRETS
        ? `at most ${String(MOST_SECRETS)} secrets in one action`
        : check.faultIn(text);
    if (message !== undefined) faults.push({ field, message });
    if (faults.length === TOLD_FAULTS) break;
  }
  return faults;
}
