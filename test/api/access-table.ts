import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import type { SessionDto } from '../../src/auth/dto/session.dto.js';
import type { SecretDto } from '../../src/secrets/dto/secret.dto.js';
import { newUserFields, type SignedInClient } from '../support/api-client.js';
import type { TestService } from '../support/test-service.js';

/**
 * Who may do an operation.
 * `anyone`: nobody has to sign in. `maybe`: neither, but a credential that is sent must be good.
 * `user`: whoever is signed in. `owner`: whoever is signed in and owns what is asked for, and admins; for others
 * it is not there. `self`: as `owner`, but what is asked for is not an admin's either. `admin`: admins.
 */
export type Who = 'anyone' | 'maybe' | 'user' | 'owner' | 'self' | 'admin';

export interface Entry {
  readonly who: Who;
  /** What an API key needs; `session` where no key will do. */
  readonly scope: 'read' | 'write' | 'session';
  /** What whoever may is answered with. */
  readonly success: number;
  /** What a good request asks for, each time anew. */
  readonly request: (fixture: Fixture) => Promise<{ id?: number | string; query?: string; body?: unknown }>;
}

/** Makes things of `owner` to be asked for. */
export class Fixture {
  private secrets = 0;

  constructor(
    readonly service: TestService,
    readonly owner: SignedInClient,
  ) {}

  schedule = async (): Promise<{ id: number }> => ({ id: (await this.owner.newSchedule()).id });

  run = async (): Promise<{ id: number }> => {
    const { id } = await this.schedule();
    const { body } = await this.owner.post<{ id: number }>(`/schedules/${String(id)}/run`);
    await this.service.settled();
    return { id: body.id };
  };

  /** A run that waits for its time. */
  waitingRun = async (): Promise<{ id: number }> => {
    const { id } = await this.run();
    await this.service.write(
      `UPDATE runs SET status = 'queued', finished_at = NULL, available_at = '2999-01-01 00:00:00.000' WHERE id = ?`,
      [id],
    );
    return { id };
  };

  secret = async (): Promise<{ id: number }> => {
    const name = `SECRET_${String(++this.secrets)}`;
    const { body } = await this.owner.post<SecretDto>('/secrets', { name, value: 'hidden' });
    return { id: body.id };
  };

  user = async (): Promise<{ id: number }> => ({ id: (await this.service.api.newUser()).user.id });

  apiKey = async (): Promise<{ id: number }> => {
    const { body } = await this.owner.post<NewApiKeyDto>('/auth/api-keys', { name: 'x', scopes: ['read'] });
    return { id: body.id };
  };

  /** Another session of the owner. */
  session = async (): Promise<{ id: string }> => {
    const { email } = this.owner.user;
    const other = await this.service.api.signIn(email, this.owner.password);
    const { body } = await other.get<SessionDto[]>('/auth/sessions');
    return { id: body.find(({ current }) => current)?.id ?? '' };
  };
}

const nothing = (): Promise<object> => Promise.resolve({});
const body = (make: () => unknown) => (): Promise<{ body: unknown }> => Promise.resolve({ body: make() });

let names = 0;
const schedule = { title: 'x', schedule_interval: '@daily' };

/** Every operation of the OpenAPI document. One that is missing here fails the test. */
export const ACCESS: Readonly<Record<string, Entry>> = {
  getWelcome: { who: 'anyone', scope: 'read', success: 200, request: nothing },
  getLiveness: { who: 'anyone', scope: 'read', success: 200, request: nothing },
  getReadiness: { who: 'anyone', scope: 'read', success: 200, request: nothing },

  createUser: { who: 'maybe', scope: 'session', success: 200, request: body(() => newUserFields()) },
  listUsers: { who: 'user', scope: 'read', success: 200, request: nothing },
  getUser: {
    who: 'owner',
    scope: 'read',
    success: 200,
    request: ({ owner }) => Promise.resolve({ id: owner.user.id }),
  },
  updateUser: {
    ...{ who: 'owner', scope: 'write', success: 200 },
    request: ({ owner }) => Promise.resolve({ id: owner.user.id, body: { first_name: 'Ada' } }),
  },
  // Of a user who is none of those who ask, for it is gone after.
  deleteUser: { who: 'admin', scope: 'session', success: 200, request: (fixture) => fixture.user() },

  signIn: {
    ...{ who: 'anyone', scope: 'write', success: 200 },
    request: ({ owner }) => Promise.resolve({ body: { email: owner.user.email, password: owner.password } }),
  },
  startBrowserSession: {
    ...{ who: 'anyone', scope: 'write', success: 200 },
    request: ({ owner }) => Promise.resolve({ body: { email: owner.user.email, password: owner.password } }),
  },
  signOut: { who: 'user', scope: 'session', success: 204, request: nothing },
  getMe: { who: 'user', scope: 'read', success: 200, request: nothing },
  listSessions: { who: 'user', scope: 'read', success: 200, request: nothing },
  deleteSession: { who: 'self', scope: 'session', success: 204, request: (fixture) => fixture.session() },
  createApiKey: {
    ...{ who: 'user', scope: 'session', success: 201 },
    request: body(() => ({ name: 'x', scopes: ['read'] })),
  },
  listApiKeys: { who: 'user', scope: 'read', success: 200, request: nothing },
  deleteApiKey: { who: 'self', scope: 'session', success: 200, request: (fixture) => fixture.apiKey() },

  createSecret: {
    ...{ who: 'user', scope: 'write', success: 201 },
    request: body(() => ({ name: `NEW_${String(++names)}`, value: 'hidden' })),
  },
  listSecrets: { who: 'user', scope: 'read', success: 200, request: nothing },
  getSecret: { who: 'owner', scope: 'read', success: 200, request: (fixture) => fixture.secret() },
  updateSecret: {
    ...{ who: 'owner', scope: 'write', success: 200 },
    request: async (fixture) => ({ ...(await fixture.secret()), body: { value: 'another' } }),
  },
  deleteSecret: { who: 'owner', scope: 'write', success: 200, request: (fixture) => fixture.secret() },

  createSchedule: { who: 'user', scope: 'write', success: 200, request: body(() => schedule) },
  changeSchedules: {
    ...{ who: 'user', scope: 'write', success: 200 },
    request: body(() => ({ ids: [1], change: 'pause' })),
  },
  listSchedules: { who: 'user', scope: 'read', success: 200, request: nothing },
  previewSchedule: {
    who: 'user',
    scope: 'read',
    success: 200,
    request: body(() => ({ schedule_interval: '@daily' })),
  },
  getSchedule: { who: 'owner', scope: 'read', success: 200, request: (fixture) => fixture.schedule() },
  listScheduleUpcoming: {
    who: 'owner',
    scope: 'read',
    success: 200,
    request: (fixture) => fixture.schedule(),
  },
  updateSchedule: {
    ...{ who: 'owner', scope: 'write', success: 200 },
    request: async (fixture) => ({ ...(await fixture.schedule()), body: { title: 'y' } }),
  },
  deleteSchedule: { who: 'owner', scope: 'write', success: 200, request: (fixture) => fixture.schedule() },
  rotateSigningSecret: {
    who: 'owner',
    scope: 'write',
    success: 200,
    request: (fixture) => fixture.schedule(),
  },

  runSchedule: { who: 'owner', scope: 'write', success: 202, request: (fixture) => fixture.schedule() },
  listScheduleRuns: { who: 'owner', scope: 'read', success: 200, request: (fixture) => fixture.schedule() },
  listRecentRuns: {
    ...{ who: 'user', scope: 'read', success: 200 },
    request: async (fixture) => ({ query: `?ids=${String((await fixture.schedule()).id)}` }),
  },
  listRuns: { who: 'user', scope: 'read', success: 200, request: nothing },
  getRun: { who: 'owner', scope: 'read', success: 200, request: (fixture) => fixture.run() },
  cancelRun: { who: 'owner', scope: 'write', success: 200, request: (fixture) => fixture.waitingRun() },
  replayRun: { who: 'owner', scope: 'write', success: 202, request: (fixture) => fixture.run() },

  getOverview: { who: 'user', scope: 'read', success: 200, request: nothing },
  listUpcoming: { who: 'user', scope: 'read', success: 200, request: nothing },
  streamEvents: { who: 'user', scope: 'read', success: 200, request: nothing },

  getMetrics: { who: 'admin', scope: 'read', success: 200, request: nothing },

  listAuditLog: { who: 'admin', scope: 'read', success: 200, request: nothing },
};
