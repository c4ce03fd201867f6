import { type ServerEvent, type StreamOptions, streamEvents } from './event-stream.js';
import { ApiError, problemOf } from './api-error.js';

export type { ServerEvent, StreamOptions };

export interface ClientOptions {
  /** Where the service is, such as `https://scheduler.example.com`. In a browser it may be empty: this origin. */
  readonly baseUrl: string;
  /** A token or an API key; or what gives one for each request. Without it the browser's session cookie counts. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /** For tests, proxies, logs. */
  readonly fetch?: typeof fetch;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: Item[];
  /** Rows in all pages; a lower bound when `totalIsCapped`. */
  readonly total: number;
  readonly totalIsCapped: boolean;
  /** Where the next page starts; undefined on the last. */
  readonly cursor: string | undefined;
}

export type QueryValue = string | number | boolean | null | undefined | readonly (string | number)[];

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly query?: object;
}

/** Sends requests to one service. The functions of each namespace take it as their first argument. */
export class Client {
  constructor(private readonly options: ClientOptions) {}

  /** @throws ApiError when the service refuses; what `fetch` throws when it cannot be reached */
  async send<Answer>(request: ApiRequest, options: RequestOptions): Promise<Answer> {
    const response = await this.respond(request, options);
    if (response.status === 204) return undefined as Answer;
    const json = response.headers.get('content-type')?.includes('json');
    return (await (json ? response.json() : response.text())) as Answer;
  }

  async page<Item>(request: ApiRequest, options: RequestOptions): Promise<Page<Item>> {
    const response = await this.respond(request, options);
    const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    return {
      items: (await response.json()) as Item[],
      total: Number(response.headers.get('x-total-count')),
      totalIsCapped: response.headers.get('x-total-count-capped') === 'true',
      cursor:
        next === undefined
          ? undefined
          : (new URL(next, 'http://base').searchParams.get('cursor') ?? undefined),
    };
  }

  /** Ends when `options.signal` aborts, or with an ApiError when the service refuses; else connects again. */
  stream(request: ApiRequest, options: StreamOptions): AsyncGenerator<ServerEvent> {
    return streamEvents((headers, signal) => this.respond(request, { signal }, headers), options);
  }

  private async respond(
    { method, path, body, query }: ApiRequest,
    { signal }: RequestOptions,
    extraHeaders: Record<string, string> = {},
  ): Promise<Response> {
    const { baseUrl, token } = this.options;
    const bearer = typeof token === 'function' ? await token() : token;
    const response = await (this.options.fetch ?? fetch)(
      baseUrl.replace(/\/$/, '') + path + queryString(query),
      {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...extraHeaders,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      },
    );
    if (!response.ok) throw new ApiError(await problemOf(response), response.headers.get('retry-after'));
    return response;
  }
}

/** Every item of a list, page by page: `for await (const run of every((cursor) => runs.list(client, { cursor })))`. */
export async function* every<Item>(
  list: (cursor: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, void> {
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    yield* page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** A value as a segment of a path. */
export const segment = (value: string | number): string => encodeURIComponent(value);

function queryString(query: object = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, QueryValue][]) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}
