import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SecretDto } from '../../src/secrets/dto/secret.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { callOnce, newHttpSchedule, runOnce } from '../support/http-schedules.js';
import { NameServer } from '../support/name-server.js';
import { Sink } from '../support/sink.js';
import { TestService } from '../support/test-service.js';

let names: NameServer;
let service: TestService;
let user: SignedInClient;
let sink: Sink;
let sink6: Server;
let connections6 = 0;

beforeAll(async () => {
  names = await NameServer.start();
  // On every IPv4 address of this machine, and on the loopback address of IPv6 at the same port.
  sink = await Sink.start('0.0.0.0');
  sink6 = createServer(() => connections6++);
  await new Promise<void>((resolve, reject) => {
    // A machine without IPv6 has nothing to be protected there.
    sink6.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve();
      else reject(error);
    });
    sink6.listen(sink.port, '::1', resolve);
  });
  service = await TestService.start({ DNS_SERVERS: names.address });
  user = await service.api.newUser();
});
afterAll(async () => {
  await service.stop();
  await names.stop();
  await sink.stop();
  sink6.close();
});
beforeEach(() => {
  sink.connections = 0;
  connections6 = 0;
});

/** `PORT` stands for that of the sink. */
const FORBIDDEN_ADDRESSES = [
  ['http://127.0.0.1:PORT/', 'loopback'],
  ['http://127.0.0.1.:PORT/', 'loopback'],
  ['http://127.1:PORT/', 'loopback'],
  ['http://127.0.1:PORT/', 'loopback'],
  ['http://2130706433:PORT/', 'loopback'],
  ['http://0x7f000001:PORT/', 'loopback'],
  ['http://0x7f.0.0.0x1:PORT/', 'loopback'],
  ['http://017700000001:PORT/', 'loopback'],
  ['http://0177.0.0.1:PORT/', 'loopback'],
  ['http://①②⑦.⓪.⓪.①:PORT/', 'loopback'],
  ['http://127。0。0。1:PORT/', 'loopback'],
  ['http://%31%32%37.0.0.1:PORT/', 'loopback'],
  ['http://127.255.255.254:PORT/', 'loopback'],
  ['http://localhost:PORT/', 'loopback'],
  ['http://LOCALHOST.:PORT/', 'loopback'],
  ['http://anything.localhost:PORT/', 'loopback'],
  ['http://0.0.0.0:PORT/', 'unspecified'],
  ['http://0:PORT/', 'unspecified'],
  ['http://10.0.0.1:PORT/', 'private'],
  ['http://172.16.0.1:PORT/', 'private'],
  ['http://172.31.255.255:PORT/', 'private'],
  ['http://192.168.1.1:PORT/', 'private'],
  ['http://100.64.0.1:PORT/', 'carrierGradeNat'],
  ['http://169.254.1.1:PORT/', 'linkLocal'],
  ['http://192.0.2.1:PORT/', 'reserved'],
  ['http://198.18.0.1:PORT/', 'reserved'],
  ['http://224.0.0.1:PORT/', 'multicast'],
  ['http://240.0.0.1:PORT/', 'reserved'],
  ['http://255.255.255.255:PORT/', 'broadcast'],
  ['http://[::1]:PORT/', 'loopback'],
  ['http://[0:0:0:0:0:0:0:1]:PORT/', 'loopback'],
  ['http://[::]:PORT/', 'unspecified'],
  ['http://[::ffff:127.0.0.1]:PORT/', 'ipv4Mapped'],
  ['http://[::ffff:7f00:1]:PORT/', 'ipv4Mapped'],
  ['http://[::127.0.0.1]:PORT/', 'not a public address'],
  ['http://[64:ff9b::127.0.0.1]:PORT/', 'rfc6052'],
  ['http://[64:ff9b:1::7f00:1]:PORT/', 'rfc6052'],
  ['http://[2002:7f00:1::]:PORT/', '6to4'],
  ['http://[2001:0:1::1]:PORT/', 'teredo'],
  ['http://[fe80::1]:PORT/', 'linkLocal'],
  ['http://[fec0::1]:PORT/', 'not a public address'],
  ['http://[fc00::1]:PORT/', 'uniqueLocal'],
  ['http://[fd12:3456::1]:PORT/', 'uniqueLocal'],
  ['http://[ff02::1]:PORT/', 'multicast'],
  ['http://[2001:db8::1]:PORT/', 'reserved'],
  ['http://[4000::1]:PORT/', 'not a public address'],
] as const;

const FORBIDDEN_ALWAYS = [
  ['http://169.254.169.254/latest/meta-data/', 'metadata service'],
  ['http://2852039166/', 'metadata service'],
  ['http://169.254.170.2/', 'metadata service'],
  ['http://168.63.129.16/', 'metadata service'],
  ['http://100.100.100.200/', 'metadata service'],
  ['http://[fd00:ec2::254]/', 'metadata service'],
  ['http://[::ffff:169.254.169.254]/', 'metadata service'],
  ['http://[64:ff9b::a9fe:a9fe]/', 'metadata service'],
  ['http://[2002:a9fe:a9fe::]/', 'metadata service'],
  ['http://user:password@127.0.0.1:PORT/', 'without user and password'],
  ['http://user@example.com/', 'without user and password'],
  ['http://example.com:22/', 'another protocol'],
  ['https://example.com:25/', 'another protocol'],
  ['ftp://127.0.0.1:PORT/', 'begins with http://'],
  ['ws://127.0.0.1:PORT/', 'begins with http://'],
] as const;

/** What a URL parser mends, and a save refuses before it comes to that. */
const NO_URLS = [
  'file:///etc/passwd',
  'http:127.0.0.1:PORT',
  'http:/127.0.0.1:PORT/',
  'http:\\\\127.0.0.1:PORT/',
  '//127.0.0.1:PORT/',
  '127.0.0.1:PORT',
  'javascript:alert(1)',
  'data:text/plain,x',
  'gopher:127.0.0.1',
  'http://',
  'http://[::1',
  'nonsense',
] as const;

/** What a user learns of a name that leads inside: nothing of where. */
const noPublicAddress = (name: string): string =>
  `${name} has no public address: it is called only when EGRESS_ALLOW lists the one it has (the log names it)`;

const withPort = (url: string): string => url.replace('PORT', String(sink.port));
const reached = (): number => sink.connections + connections6;

describe('when it is saved', () => {
  test.each([
    ...FORBIDDEN_ADDRESSES,
    ...FORBIDDEN_ALWAYS,
    ...NO_URLS.map((url) => [url, 'a URL such as'] as const),
  ])('%s is refused: %s', async (url, reason) => {
    const { status, body } = await user.post('/schedules/', {
      ...{ title: 'forbidden', schedule_interval: '@yearly', action: { type: 'http', url: withPort(url) } },
    });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ field: 'action.url' }]);
    expect(body.errors?.[0]?.message).toContain(reason);
  });

  test('the error names what to set', async () => {
    const { body } = await user.post('/schedules/', {
      ...{
        title: 'local',
        schedule_interval: '@yearly',
        action: { type: 'http', url: 'http://10.1.2.3:9000/x' },
      },
    });
    expect(body.errors?.[0]?.message).toBe(
      '10.1.2.3 is not a public address (private): it is called only when EGRESS_ALLOW lists it, such as ' +
        'EGRESS_ALLOW=10.1.2.3:9000',
    );
  });
});

describe('when it is called', () => {
  let target: SecretDto;
  let schedule: number;
  beforeAll(async () => {
    // Only a secret knows the URL: it cannot be judged before.
    target = (await user.post<SecretDto>('/secrets', { name: 'TARGET', value: 'https://example.com' })).body;
    schedule = await newHttpSchedule(user, { url: '{{secrets.TARGET}}' });
  });

  const callSecretly = async (url: string): Promise<RunDto> => {
    await user.patch(`/secrets/${String(target.id)}`, { value: url });
    return runOnce(service, user, schedule);
  };

  test.each([...FORBIDDEN_ADDRESSES, ...FORBIDDEN_ALWAYS])('%s is refused: %s', async (url, reason) => {
    const run = await callSecretly(withPort(url));
    expect(run).toMatchObject({ status: 'failed', status_code: null, attempt: 1 });
    expect(run.error).toContain(reason);
    expect(reached()).toBe(0);
  });

  test.each([
    'http:127.0.0.1:PORT',
    'http:/127.0.0.1:PORT/',
    'http:\\\\127.0.0.1:PORT/',
    'nonsense',
    'http://',
  ])('%s reaches nobody', async (url) => {
    expect(await callSecretly(withPort(url))).toMatchObject({ status: 'failed', status_code: null });
    expect(reached()).toBe(0);
  });

  test.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '0.0.0.0'])(
    'a name of %s is refused',
    async (address) => {
      const name = `n${address.replaceAll('.', '-')}.example`;
      names.addresses.set(name, () => address);
      const run = await callOnce(service, user, { url: `http://${name}:${String(sink.port)}/` });
      expect(run).toMatchObject({ status: 'failed', attempt: 1 });
      expect(run.error).toBe(noPublicAddress(name));
      expect(reached()).toBe(0);
    },
  );

  test('a name whose address changes between look-ups never leads inside', async () => {
    // 192.0.2.0/24 would be refused, too: this public address answers nobody in time.
    let asked = 0;
    names.addresses.set('rebind.example', () => (asked++ % 2 === 0 ? '203.0.114.1' : '127.0.0.1'));
    const url = `http://rebind.example:${String(sink.port)}/`;
    const id = await newHttpSchedule(user, { url, timeout_seconds: 1 });
    const errors: (string | null)[] = [];
    for (let n = 0; n < 4; n++) {
      errors.push((await runOnce(service, user, id)).error);
      // Answers are remembered for a second at least.
      await new Promise((resolve) => setTimeout(resolve, 1100));
    }
    expect(asked).toBeGreaterThan(1);
    expect(errors.join('\n')).toContain(noPublicAddress('rebind.example'));
    expect(reached()).toBe(0);
  }, 30_000);

  test('of several addresses only those that may be called are', async () => {
    const open = await TestService.start({
      EGRESS_ALLOW: `127.0.0.2:${String(sink.port)}`,
      DNS_SERVERS: names.address,
    });
    try {
      const owner = await open.api.newUser();
      names.addresses.set('mixed.example', () => '127.0.0.1,127.0.0.2,10.0.0.1');
      const url = `http://mixed.example:${String(sink.port)}/`;
      sink.answer = (_request, response, socket) => response.end(socket.localAddress);
      expect(await callOnce(open, owner, { url })).toMatchObject({
        status: 'succeeded',
        output: '127.0.0.2',
      });
      names.addresses.set('inside.example', () => '127.0.0.1,10.0.0.1');
      const inside = await callOnce(open, owner, { url: url.replace('mixed', 'inside') });
      expect(inside.error).toBe(noPublicAddress('inside.example'));
    } finally {
      await open.stop();
    }
  });

  test('localhost is called at that of its addresses that is allowed', async () => {
    const open = await TestService.start({ EGRESS_ALLOW: '127.0.0.1', DNS_SERVERS: names.address });
    try {
      const owner = await open.api.newUser();
      sink.answer = (_request, response) => response.end();
      const url = `http://sink.localhost:${String(sink.port)}/`;
      expect(await callOnce(open, owner, { url })).toMatchObject({ status: 'succeeded' });
    } finally {
      await open.stop();
    }
  });

  test('a redirect inside is not followed', async () => {
    const open = await TestService.start({ EGRESS_ALLOW: `127.0.0.1:${String(sink.port)}` });
    const inside = await Sink.start();
    try {
      const owner = await open.api.newUser();
      sink.answer = (_request, response) => response.writeHead(302, { location: inside.url }).end();
      expect(await callOnce(open, owner, { url: sink.url })).toMatchObject({
        status: 'failed',
        status_code: 302,
      });
      expect(sink.connections).toBe(1);
      expect(inside.connections).toBe(0);
      // Nor is another port of the address that is allowed.
      const { status, body } = await owner.post('/schedules/', {
        ...{ title: 'x', schedule_interval: '@yearly', action: { type: 'http', url: inside.url } },
      });
      expect(status).toBe(422);
      expect(body.errors?.[0]?.message).toContain('EGRESS_ALLOW');
    } finally {
      await inside.stop();
      await open.stop();
    }
  });
});

test('a name whose address cannot be connected to does not tell it, the log does', async () => {
  const [warnings, written] = [jest.spyOn(Logger.prototype, 'warn'), [] as unknown[]];
  warnings.mockImplementation((message) => void written.push(message));
  // Connecting to it is refused by this machine itself.
  const open = await TestService.start({ EGRESS_ALLOW: '255.255.255.255', DNS_SERVERS: names.address });
  try {
    const owner = await open.api.newUser();
    names.addresses.set('broadcast.example', () => '255.255.255.255');
    const refused = await callOnce(open, owner, { url: 'http://broadcast.example/' });
    expect(refused.error).toMatch(/^[^\d]+$/);
    names.addresses.set('hidden.example', () => '10.1.2.3');
    for (let n = 0; n < 3; n++) {
      const { error } = await callOnce(open, owner, { url: 'http://hidden.example/' });
      expect(error).toBe(noPublicAddress('hidden.example'));
    }
    expect(written.filter((message) => String(message).includes('10.1.2.3'))).toHaveLength(1);
  } finally {
    warnings.mockRestore();
    await open.stop();
  }
});

test('EGRESS_ALLOW never opens a metadata service', async () => {
  const open = await TestService.start({ EGRESS_ALLOW: '0.0.0.0/0, ::/0' });
  try {
    const owner = await open.api.newUser();
    for (const [url] of FORBIDDEN_ALWAYS.filter(([, reason]) => reason === 'metadata service')) {
      const { status } = await owner.post('/schedules/', {
        ...{ title: 'x', schedule_interval: '@yearly', action: { type: 'http', url } },
      });
      expect([url, status]).toEqual([url, 422]);
    }
  } finally {
    await open.stop();
  }
});
