import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import type { ApiClient, SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';
import { ACCESS, type Entry, Fixture } from './access-table.js';

const CALLERS = [
  'anonymous',
  'forged token',
  'expired session',
  'owner',
  'other member',
  'admin',
  'read key',
  'write key',
  'admin read key',
  'admin write key',
] as const;
type CallerName = (typeof CALLERS)[number];

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
}

let service: TestService;
let admin: SignedInClient;
let fixture: Fixture;
let callers: Readonly<Record<CallerName, () => Promise<ApiClient>>>;
beforeAll(async () => {
  service = await TestService.start({ MAX_SCHEDULES_PER_USER: '100000' });
  admin = await service.api.newUser();
  const owner = await service.api.newUser();
  const other = await service.api.newUser();
  const { api } = service;
  const again = (user: SignedInClient): Promise<ApiClient> => api.signIn(user.user.email, user.password);
  const key = async (user: SignedInClient, scope: string): Promise<ApiClient> => {
    const { body } = await user.post<NewApiKeyDto>('/auth/api-keys', { name: scope, scopes: [scope] });
    return api.withToken(body.key);
  };
  fixture = new Fixture(service, owner);
  const [header = '', payload = ''] = owner.bearer.split('.');
  const forged = api.withToken(`${header}.${payload}.${'A'.repeat(43)}`);
  const keys = { readKey: await key(owner, 'read'), writeKey: await key(owner, 'write') };
  const adminKeys = { readKey: await key(admin, 'read'), writeKey: await key(admin, 'write') };
  callers = {
    anonymous: () => Promise.resolve(api),
    'forged token': () => Promise.resolve(forged),
    'expired session': async () => {
      const expired = await again(owner);
      await service.unitOfWork.transaction((manager) =>
        manager.query(
          `UPDATE sessions SET expires_at = '2000-01-01 00:00:00.000' WHERE id = (SELECT id FROM sessions ORDER BY rowid DESC LIMIT 1)`,
        ),
      );
      return expired;
    },
    // A session of its own each time, for some operations end it.
    owner: () => again(owner),
    'other member': () => again(other),
    admin: () => again(admin),
    'read key': () => Promise.resolve(keys.readKey),
    'write key': () => Promise.resolve(keys.writeKey),
    'admin read key': () => Promise.resolve(adminKeys.readKey),
    'admin write key': () => Promise.resolve(adminKeys.writeKey),
  };
});
afterAll(() => service.stop());

async function operations(): Promise<Operation[]> {
  const { body } = await service.api.get<{ paths: Record<string, Record<string, { operationId: string }>> }>(
    '/docs-json',
  );
  return Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      operationId,
      method: method.toUpperCase(),
      path,
    })),
  );
}

/** What the table says a caller is answered with. */
function expected({ who, scope, success }: Entry, caller: CallerName): number {
  if (who === 'anyone') return success;
  if (caller === 'anonymous') return who === 'maybe' ? success : 401;
  if (caller === 'forged token' || caller === 'expired session') return 401;
  const isAdmin = caller.startsWith('admin');
  if (who === 'admin' && !isAdmin && scope === 'read') return 403;
  if (caller.endsWith('key')) {
    const has = caller.endsWith('write key') ? 'write' : 'read';
    // Signing out knows what to say to a key.
    if (scope === 'session') return success === 204 && who === 'user' ? (has === 'write' ? 409 : 403) : 403;
    if (scope !== has) return 403;
  }
  if (who === 'admin') return isAdmin ? success : 404;
  if (who === 'self') return caller === 'owner' ? success : 404;
  if (who === 'owner') return caller === 'other member' ? 404 : success;
  return success;
}

test('every operation has its entry in the access table, and every entry its operation', async () => {
  const documented = (await operations()).map(({ operationId }) => operationId);
  expect(Object.keys(ACCESS).sort()).toEqual(documented.sort());
});

test('every operation answers every kind of caller as the table says', async () => {
  const rows: string[][] = [];
  const holes: string[] = [];
  for (const { operationId, method, path } of await operations()) {
    const entry = ACCESS[operationId];
    if (!entry) continue;
    const row = [operationId];
    for (const name of CALLERS) {
      const caller = await callers[name]();
      const { id, query = '', body } = await entry.request(fixture);
      const { status } = await caller.request(method, path.replace(/\{\w+\}/, String(id)) + query, body);
      row.push(String(status));
      if (status !== expected(entry, name))
        holes.push(
          `${operationId} by ${name}: ${String(status)} instead of ${String(expected(entry, name))}`,
        );
    }
    rows.push(row);
  }
  const widths = ['operation', ...CALLERS].map((title, n) =>
    Math.max(title.length, ...rows.map((row) => row[n]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join('  ');
  process.stdout.write(`${[line(['operation', ...CALLERS]), ...rows.map(line)].join('\n')}\n`);
  expect(holes).toEqual([]);
}, 60_000);
