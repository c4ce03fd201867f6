import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import { endOf, isEndless } from '../support/api-client.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { LongTurns } from './long-turns.js';
import { type Document, type FuzzedRequest, requestArbitrary } from './request-arbitrary.js';

/** `npm run test:nightly` sends 100,000. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 4000);
const ANSWER_WITHIN_MS = 5000;

/** Operations of which one good request at least has to come: else all was refused at the door. */
const SEEN = ['createSchedule', 'createUser', 'updateSchedule', 'listRuns'];

/** Which requests are made is chance: rounds go on until those have come, but no longer than this. */
const MOST_ROUNDS = 4;

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8'),
) as Document;

let folder: string;
let service: ServiceProcess;
let turns: LongTurns;
beforeAll(async () => {
  folder = scratchFolder();
  const settings = {
    SIGN_INS_PER_MINUTE: '1000000',
    // Nobody answers there: no name that is made up is ever asked for outside.
    DNS_SERVERS: '127.0.0.1:9',
  };
  service = await ServiceProcess.start(folder, settings, 'test/fuzz/hooks/turns.mjs');
  turns = LongTurns.of(service);
});
afterAll(async () => {
  await service.kill();
  removeFolder(folder);
});

/** Kilobytes of memory that the service holds; undefined where the system does not tell. */
function residentKb(): number | undefined {
  try {
    const status = readFileSync(`/proc/${String(service.pid)}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  } catch {
    return undefined;
  }
}

test(`${String(REQUESTS)} fuzzed requests are answered, none of them by a 5xx, a stack trace or a turn of more than 50 ms`, async () => {
  const admin = await service.api.newUser();
  // A key survives the sign-outs and new passwords that are bound to come.
  const { body: key } = await admin.post<NewApiKeyDto>('/auth/api-keys', {
    name: 'fuzz',
    scopes: ['read', 'write'],
  });
  // The ids that requests name are there, to begin with.
  for (let n = 0; n < 60; n++) await admin.newSchedule({ schedule_interval: '@yearly' });
  let session = admin.bearer;
  const statuses = new Map<number, number>();
  const seen = new Set<string>();
  const samples: number[] = [];
  let sent = 0;

  const sendOnce = async ({ operationId, method, path, body }: FuzzedRequest): Promise<void> => {
    // What only a session may do, and one in ten of the rest, comes by one.
    const bySession = /Session|ApiKey|signOut|createUser/.test(operationId) || sent % 10 === 0;
    const response = await fetch(service.api.url + path, {
      method,
      headers: {
        authorization: `Bearer ${bySession ? session : key.key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      redirect: 'manual',
    });
    const answer = isEndless(response) ? await endOf(response) : await response.text();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    if (response.status < 300) seen.add(operationId);
    if (sent++ % Math.ceil(REQUESTS / 40) === 0) samples.push(residentKb() ?? 0);
    if (response.status === 401 && bySession) session = await anotherSession();
    if (response.status >= 500 || /\\n\s+at |node_modules|SQLITE|QueryFailed|\.ts:\d/.test(answer)) {
      throw new Error(
        `${method} ${path} ${body ?? ''}\nwas answered by ${String(response.status)} ${answer.slice(0, 500)}`,
      );
    }
  };
  const send = (request: FuzzedRequest): Promise<void> =>
    turns.watch(`${request.method} ${request.path} ${request.body ?? ''}`, () => sendOnce(request));
  const anotherSession = async (): Promise<string> => (await service.api.newUser()).bearer;

  const ids = fc.integer({ min: 2, max: 60 }).map(String);
  for (let round = 0; round < MOST_ROUNDS && !SEEN.every((operation) => seen.has(operation)); round++)
    await fc.assert(fc.asyncProperty(requestArbitrary(document, ids), send), {
      numRuns: REQUESTS,
      // The service has a state: the same request need not fail again.
      endOnFailure: true,
      ...(process.env['FUZZ_SEED'] && { seed: Number(process.env['FUZZ_SEED']) + round }),
    });

  const table = [...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${String(status)}: ${String(count)}`);
  const mb = (kb: number): string => (kb / 1024).toFixed(0);
  const quarter = (n: number): number[] =>
    samples.slice((n * samples.length) / 4, ((n + 1) * samples.length) / 4);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const memory = [0, 1, 2, 3].map((n) => mb(mean(quarter(n)))).join(', ');
  process.stdout.write(
    `${String(sent)} fuzzed requests: ${table.join(', ')}; memory by quarters: ${memory} MB\n`,
  );
  process.stdout.write(turns.told());
  expect(turns.repeated).toEqual([]);
  // Not all was refused at the door.
  expect(SEEN.filter((operation) => !seen.has(operation))).toEqual([]);
  expect(seen.size).toBeGreaterThan(20);
  expect((await service.api.get('/health/ready')).status).toBe(200);
}, 3_600_000);
