import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import type { Problem } from '../../src/http/problems.js';

/** What the API answered. `body` is parsed JSON, typed as the caller expects it. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Whether an answer is a stream of events, which has no end of its own. */
export const isEndless = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

/** Gives an answer up that has no end. */
export async function endOf(response: Response): Promise<''> {
  await response.body?.cancel();
  return '';
}

/** Where the Link header leads to, when there is another page. */
export const nextPage = (headers: Headers): string | undefined =>
  /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];

let users = 0;

/** Talks to the API as a user would, over HTTP. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly token?: string,
  ) {}

  async request<Body = unknown>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    return this.raw<Body>(method, path, body === undefined ? undefined : JSON.stringify(body));
  }

  /** Sends a body as it is, to show what the service makes of a bad one. */
  async raw<Body = unknown>(method: string, path: string, body?: string): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = isEndless(response) ? await endOf(response) : await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' || !/json/.test(response.headers.get('content-type') ?? '')
        ? undefined
        : JSON.parse(text)) as Body,
    };
  }

  /** The answer as it comes, to be read or given up. */
  open(path: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    const credential = this.token !== undefined && { authorization: `Bearer ${this.token}` };
    return fetch(this.url + path, { headers: { ...credential, ...headers }, ...(signal && { signal }) });
  }

  get = <Body = Problem>(path: string): Promise<Answer<Body>> => this.request<Body>('GET', path);
  post = <Body = Problem>(path: string, body?: unknown): Promise<Answer<Body>> =>
    this.request('POST', path, body);
  patch = <Body = Problem>(path: string, body: unknown): Promise<Answer<Body>> =>
    this.request('PATCH', path, body);
  delete = <Body = Problem>(path: string): Promise<Answer<Body>> => this.request<Body>('DELETE', path);

  withToken(token: string): ApiClient {
    return new ApiClient(this.url, token);
  }

  /** Signs a new user up and in. The first one on a service is its admin. */
  async newUser(fields: object = {}): Promise<SignedInClient> {
    const user = newUserFields(fields);
    const created = await this.post<UserDto>('/user', user);
    if (created.status !== 200) throw new Error(`sign-up failed: ${JSON.stringify(created.body)}`);
    return this.signIn(user.email, user.password);
  }

  async signIn(email: string, password: string): Promise<SignedInClient> {
    const login = await this.post<{ token: string; user: UserDto }>('/auth/signin', { email, password });
    if (login.status !== 200) throw new Error(`signing in failed: ${JSON.stringify(login.body)}`);
    return new SignedInClient(this.url, login.body.token, login.body.user, password);
  }
}

/** A client that is signed in as `user`. */
export class SignedInClient extends ApiClient {
  constructor(
    url: string,
    readonly bearer: string,
    readonly user: UserDto,
    readonly password: string,
  ) {
    super(url, bearer);
  }

  async newSchedule(fields: object = {}): Promise<ScheduleDto> {
    const { status, body } = await this.post<ScheduleDto>('/schedules/', {
      title: 'a schedule',
      schedule_interval: '* * * * *',
      ...fields,
    });
    if (status !== 200) throw new Error(`no schedule was made: ${JSON.stringify(body)}`);
    return body;
  }
}

export function newUserFields(
  fields: object = {},
): Record<string, string> & { email: string; password: string } {
  const number = String(++users).padStart(6, '0');
  return {
    first_name: 'Ada',
    last_name: 'Lovelace',
    email: `user${number}@example.com`,
    password: 'correct horse battery',
    phone: `+49 30 ${number}`,
    ...fields,
  };
}
