import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SecretDto } from '../../src/secrets/dto/secret.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { CallingService } from '../support/calling-service.js';
import { callOnce } from '../support/http-schedules.js';
import { NameServer } from '../support/name-server.js';
import { rotateEncryptionKey } from '../support/rotate-key.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { type Received, Sink } from '../support/sink.js';
import { leaksIn, SPELLINGS } from '../support/spellings.js';

// With what JSON, URLs and Base64 spell otherwise.
const VALUE = 'tok/en+with "quotes" & ümlaut';
const SPELLED = [
  VALUE,
  JSON.stringify(VALUE).slice(1, -1),
  encodeURIComponent(VALUE),
  Buffer.from(VALUE).toString('base64'),
  Buffer.from(VALUE).toString('base64url'),
];

let folder: string;
let sink: Sink;
beforeAll(async () => {
  folder = scratchFolder();
  sink = await Sink.start();
});
afterAll(async () => {
  await sink.stop();
  removeFolder(folder);
});

const start = (settings: Record<string, string> = {}): Promise<ServiceProcess> =>
  ServiceProcess.start(folder, { EGRESS_ALLOW: '127.0.0.1', LOG_LEVEL: 'verbose', ...settings });

/** Every byte of the service's folder but the key's. */
const stored = (): Buffer =>
  Buffer.concat(
    readdirSync(folder)
      .filter((name) => name !== 'encryption-key')
      .map((name) => readFileSync(join(folder, name))),
  );

/** Runs the schedule and resolves with the run when it is over. */
async function run(user: SignedInClient, id: number): Promise<RunDto> {
  const { body } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
  for (;;) {
    const { body: now } = await user.get<RunDto>(`/runs/${String(body.id)}`);
    if (now.finished_at !== null) return now;
  }
}

test('no secret reaches the disk, the log, or an answer, not even when its target echoes it', async () => {
  const service = await start();
  const user = await service.api.newUser();
  const answers: unknown[] = [];
  const secret = await user.post<SecretDto>('/secrets', { name: 'TOKEN', value: VALUE });
  answers.push(secret.body, (await user.get('/secrets')).body);
  // A request that is refused is not repeated back either.
  answers.push((await user.post('/secrets', { name: 'TOKEN', value: VALUE })).body);
  answers.push((await user.post('/secrets', { name: 'wrong name', value: VALUE })).body);

  const { id } = await user.newSchedule({
    ...{ schedule_interval: '@yearly', retry_policy: { max_attempts: 1 } },
    action: {
      type: 'http',
      url: `${sink.url}/{{secrets.TOKEN}}`,
      body: { token: '{{secrets.TOKEN}}' },
    },
  });
  const { body: rotated } = await user.post<{ signing_secret: string }>(
    `/schedules/${String(id)}/rotate-signing-secret`,
  );
  // Echoes it, also across the end of what is kept, and where the body breaks off.
  const echo = SPELLED.join(' | ');
  const bodies = [echo, 'x'.repeat(65_536 - echo.length / 2) + echo + 'y'.repeat(1000)];
  for (const body of bodies) {
    sink.answer = (_request, response) => response.writeHead(500, 'Internal').end(body);
    answers.push(await run(user, id));
  }
  sink.answer = (_request, response) =>
    response
      .writeHead(302, { location: `https://example.com/${'x'.repeat(470)}${encodeURIComponent(VALUE)}` })
      .end();
  answers.push(await run(user, id));
  sink.answer = (_request, response, socket) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write(`broken off: ${VALUE.slice(0, 12)}`, () => socket.destroy());
  };
  answers.push(await run(user, id));
  sink.answer = (_request, response) =>
    response.writeHead(200, { 'content-encoding': Buffer.from(VALUE).toString('base64') }).end('x');
  answers.push(await run(user, id));
  // It was sent, of course.
  expect(sink.received[0]?.body).toBe(JSON.stringify({ token: VALUE }));

  answers.push(
    (await user.get('/runs')).body,
    (await user.get('/schedules')).body,
    (await user.get('/docs-json')).body,
  );
  await service.kill();

  const shown = JSON.stringify(answers) + service.log.join('\n');
  const bytes = stored();
  expect(bytes.includes(Buffer.from('wrong name'))).toBe(false);
  expect(bytes.includes(Buffer.from('CREATE TABLE "secrets"'))).toBe(true);
  for (const spelling of [...SPELLED, VALUE.slice(0, 12)]) {
    expect([spelling, bytes.includes(Buffer.from(spelling))]).toEqual([spelling, false]);
    expect([spelling, shown.includes(spelling)]).toEqual([spelling, false]);
    expect([spelling, shown.includes(JSON.stringify(spelling).slice(1, -1))]).toEqual([spelling, false]);
  }
  const signing = rotated.signing_secret.slice('whsec_'.length);
  expect(bytes.includes(Buffer.from(signing))).toBe(false);
  expect(bytes.includes(Buffer.from(signing, 'base64'))).toBe(false);
  expect(shown).toContain('[secret TOKEN]');
  expect(statSync(join(folder, 'encryption-key')).mode & 0o777).toBe(0o600);
}, 60_000);

test('the key is rotated: by a command for the generated one, by two keys for one that is set', async () => {
  const key = (): string => readFileSync(join(folder, 'encryption-key'), 'utf8');
  const old = key();
  const signIn = (service: ServiceProcess): Promise<SignedInClient> =>
    service.api.signIn('keys@example.com', 'correct horse battery');
  let service = await start();
  const user = await service.api.newUser({ email: 'keys@example.com' });
  await user.post('/secrets', { name: 'KEPT', value: 'through every rotation' });
  const { id } = await user.newSchedule({
    ...{ schedule_interval: '@yearly', retry_policy: { max_attempts: 1 } },
    action: { type: 'http', url: sink.url, body: '{{secrets.KEPT}}' },
  });
  sink.answer = (_request, response) => response.end();
  const works = async (): Promise<void> => {
    const before = sink.received.length;
    expect(await run(await signIn(service), id)).toMatchObject({ status: 'succeeded', error: null });
    expect(sink.received[before]).toMatchObject({ body: 'through every rotation' });
    expect(sink.received[before]?.headers['webhook-signature']).toMatch(/^v1,/);
  };
  await works();

  // The running service has the file; nothing is done.
  expect(await rotateEncryptionKey(folder)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('in use'),
  });
  expect(key()).toBe(old);
  await service.terminate();

  expect(await rotateEncryptionKey(folder)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+ values/),
  });
  expect(key()).not.toContain(old);
  service = await start();
  await works();
  await service.terminate();

  const first = 'a first key that is set by hand, of 32';
  const keyOf = (text: string): string => text.replaceAll(/[ ,]/g, '-');
  const generated = key();
  const moved = { ENCRYPTION_KEY: `${keyOf(first)},${generated}` };
  expect(await rotateEncryptionKey(folder, moved)).toMatchObject({ status: 0 });
  service = await start({ ENCRYPTION_KEY: keyOf(first) });
  await works();
  await service.terminate();

  // A service that has lost the key does not start, and says why.
  await expect(start({ ENCRYPTION_KEY: 'x'.repeat(40) })).rejects.toThrow('before it was ready');
}, 60_000);

describe('whatever a target echoes of the request that it received', () => {
  let calling: CallingService;
  let names: NameServer;
  let secret: number;
  beforeAll(async () => {
    names = await NameServer.start();
    names.addresses.set('hidden-name.example', () => '10.1.2.3');
    calling = await CallingService.start({ DNS_SERVERS: names.address });
    const { body } = await calling.user.post<SecretDto>('/secrets', { name: 'TOKEN', value: VALUE });
    secret = body.id;
  });
  afterAll(async () => {
    await calling.stop();
    await names.stop();
  });

  /** Runs the action with the secret, and returns all that is stored of it. */
  async function shownOf(value: string, action: object): Promise<string> {
    expect((await calling.user.patch(`/secrets/${String(secret)}`, { value })).status).toBe(200);
    const { id } = await callOnce(calling.service, calling.user, action);
    const [row] = await calling.service.query<Record<string, unknown>>('SELECT * FROM runs WHERE id = ?', [
      id,
    ]);
    return Object.values(row ?? {})
      .map((column) => (typeof column === 'string' ? column : JSON.stringify(column)))
      .join('\n');
  }

  const requestText = ({ method, path, headers, body }: Received): string =>
    [
      `${method} ${path} HTTP/1.1`,
      ...Object.entries(headers).map((header) => header.join(': ')),
      '',
      body,
    ].join('\r\n');

  /** No common word is made of these. */
  const letters = 'bcdfgjkmnpqrsxyzBCDFGXYZ0123456789';
  const text = (others: string): fc.Arbitrary<string> =>
    fc
      .string({ unit: fc.constantFrom(...letters, ...letters, ...others), minLength: 12, maxLength: 50 })
      .filter((value) => value.trim().length >= 10);
  const ASCII = '/\\.?&=:;,@% "\'<>{}[]()!$*-_~^`|\t';
  const basic = text(':').map((value) => `Basic ${Buffer.from(`user:${value}`).toString('base64')}`);
  const placeholder = '{{secrets.TOKEN}}';
  const places: [string, fc.Arbitrary<string>, (url: string) => object][] = [
    ['its path', text(`${ASCII}+üß€😀\n`), (url) => ({ url: `${url}/a/${placeholder}/b` })],
    ['its query', text(`${ASCII}+üß€😀\n`), (url) => ({ url: `${url}/?a=1&b=${placeholder}&c=2` })],
    ['a header', text(`${ASCII}+`), (url) => ({ url, headers: { 'X-Key': ` ${placeholder} ` } })],
    ['its credentials', basic, (url) => ({ url, headers: { Authorization: placeholder } })],
    ['a text', text(`${ASCII}+üß€😀\n`), (url) => ({ url, body: `a ${placeholder} b` })],
    ['JSON', text(`${ASCII}+üß€😀\n`), (url) => ({ url, body: { a: [`b ${placeholder}`] } })],
    [
      'a form',
      text(`${ASCII}+üß€😀\n`),
      (url) => ({
        ...{ url, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
        body: `a=1&b=${placeholder}`,
      }),
    ],
  ];
  test.each(places)('shows no stretch of a secret in %s', async (_place, values, actionFor) => {
    await fc.assert(
      fc.asyncProperty(
        values,
        fc.constantFrom(...SPELLINGS),
        fc.boolean(),
        async (value, spelling, asLocation) => {
          let sent = '';
          calling.sink.answer = (request, response) => {
            sent = requestText(request);
            // Headers hold no line breaks.
            const location = {
              location: spelling.write(sent.split('\r\n', 1)[0] ?? '').replace(/[^!-~]/g, ''),
            };
            if (asLocation) response.writeHead(302, location);
            else response.writeHead(500);
            response.end(spelling.write(sent));
          };
          const shown = await shownOf(value, actionFor(calling.sink.url));
          expect(sent).not.toBe('');
          expect(shown).toContain('[secret TOKEN]');
          expect(leaksIn(shown, value, spelling)).toEqual([]);
          if (value.startsWith('Basic ')) {
            const credentials = Buffer.from(value.slice(6), 'base64').toString();
            calling.sink.answer = (_request, response) => response.end(spelling.write(`no ${credentials}`));
            const decoded = await shownOf(value, actionFor(calling.sink.url));
            expect(leaksIn(decoded, credentials, spelling)).toEqual([]);
          }
        },
      ),
      { numRuns: Number(process.env['SECRECY_ROUNDS'] ?? 15) },
    );
  });

  test.each([
    ['a URL', 'http://10.1.2.3:8080/hidden-path', placeholder, /10\.1\.2\.3|hidden-path/],
    ['an address in other words', '0x0a.0x10203', `http://${placeholder}:81/`, /10\.1\.2\.3|0x0a/],
    ['a name', 'Hidden-Name', `http://${placeholder}.example/`, /hidden-name/i],
  ])('names no host that came from a secret: %s', async (_what, value, url, hidden) => {
    const shown = await shownOf(value, { url });
    expect(shown).toContain('failed');
    expect(shown).not.toMatch(hidden);
  });
});
