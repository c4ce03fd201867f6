import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { AppConfig, describeDatabase, InvalidSettings } from './app-config.js';

describe('AppConfig', () => {
  test('needs nothing to be set', () => {
    expect(new AppConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      database: { kind: 'sqlite', file: resolve('data/scheduler.db') },
      jwtSecrets: undefined,
      sessionTtlSeconds: 86_400,
      runConcurrency: 256,
      shutdownGraceMs: 10_000,
      logLevels: ['fatal', 'error', 'warn', 'log'],
    });
  });

  test('takes an empty variable for an unset one', () => {
    expect(new AppConfig({ PORT: '', JWT_SECRET: '' })).toMatchObject({ port: 8000, jwtSecrets: undefined });
  });

  test.each([
    ['PORT', 'abc', '0 to 65535'],
    ['PORT', '70000', '0 to 65535'],
    ['PORT', '1.5', '0 to 65535'],
    ['HOST', 'two words', 'host name'],
    ['DATABASE_URL', 'mysql://localhost/x', 'file:PATH'],
    ['DATABASE_URL', 'file::memory:', 'file:PATH'],
    ['SESSION_TTL_HOURS', '0', '1 to 8760'],
    ['RUN_CONCURRENCY', '-1', '1 to 10000'],
    ['RUN_CONCURRENCY_PER_ORIGIN', '0', '1 to 10000'],
    ['MAX_CONSECUTIVE_FAILURES', 'never', '0 to 1000000'],
    ['EGRESS_ALLOW', '10/8', 'such as 10.0.0.0/8'],
    ['EGRESS_ALLOW', '10.0.0.0/33', 'such as 10.0.0.0/8'],
    ['EGRESS_ALLOW', 'intranet.example.com', 'such as 10.0.0.0/8'],
    ['EGRESS_ALLOW', '10.0.0.1:0', 'such as 10.0.0.0/8'],
    ['EGRESS_ALLOW', '10.0.0.1:70000', 'such as 10.0.0.0/8'],
    ['EGRESS_ALLOW', '10.0.0.0/8 192.168.0.0/16', 'by commas'],
    ['DNS_SERVERS', 'dns.example.com', 'addresses of name servers'],
    ['SHUTDOWN_GRACE_SECONDS', '10s', '0 to 3600'],
    ['PUBLIC_URL', 'jobs.example.com', 'such as https://jobs.example.com'],
    ['PUBLIC_URL', 'https://example.com/jobs', 'without a path'],
    ['PUBLIC_URL', 'ftp://example.com', 'such as https://jobs.example.com'],
    ['PUBLIC_URL', 'https://ada@example.com', 'such as https://jobs.example.com'],
    ['PUBLIC_URL', 'https://example.com:port', 'such as https://jobs.example.com'],
    ['ALLOWED_HOSTS', 'https://example.com', 'names without a port'],
    ['ALLOWED_HOSTS', 'example.com:8000', 'names without a port'],
    ['ALLOWED_HOSTS', '*.example.com', '.example.com (it and all its subdomains)'],
    ['LOG_LEVEL', 'loud', 'fatal, error'],
    ['LOG_FORMAT', 'xml', 'json, pretty'],
  ])('refuses %s=%s, naming it and what it takes', (name, value, expected) => {
    expect(() => new AppConfig({ [name]: value })).toThrow(InvalidSettings);
    expect(() => new AppConfig({ [name]: value })).toThrow(`${name}: "${value}" cannot be used; it takes`);
    expect(() => new AppConfig({ [name]: value })).toThrow(expected);
  });

  test('reads the names of the service', () => {
    expect(new AppConfig({})).toMatchObject({ publicUrl: undefined, allowedHosts: [] });
    const settings = {
      PUBLIC_URL: 'HTTPS://Jobs.example.com:443/',
      ALLOWED_HOSTS: ' A.example.com ,.example.net',
    };
    expect(new AppConfig(settings)).toMatchObject({
      publicUrl: 'https://jobs.example.com',
      allowedHosts: ['jobs.example.com', 'a.example.com', '.example.net'],
    });
  });

  test('reads networks, addresses and ports of EGRESS_ALLOW', () => {
    const { egressAllow } = new AppConfig({
      EGRESS_ALLOW: '10.0.0.0/8, 127.0.0.1:9000,fd00::/8 , [fd00::1]:443,::1,192.168.1.0/24:80',
    });
    expect(egressAllow.map(({ network: [address, bits], port }) => [address.toString(), bits, port])).toEqual(
      [
        ['10.0.0.0', 8, undefined],
        ['127.0.0.1', 32, 9000],
        ['fd00::', 8, undefined],
        ['fd00::1', 128, 443],
        ['::1', 128, undefined],
        ['192.168.1.0', 24, 80],
      ],
    );
  });

  test('refuses a REDIS_URL that is none, or has only a file to go with, and never prints its password', () => {
    const start =
      (REDIS_URL: string, DATABASE_URL = 'file:./x.db') =>
      () =>
        new AppConfig({ REDIS_URL, DATABASE_URL });
    for (const url of ['localhost:6379', 'http://hunter2@redis:6379', 'redis://', 'redis://hunter2@a b']) {
      expect(start(url)).toThrow(/^REDIS_URL: the value given cannot be used; it takes redis:\/\/.+for TLS$/);
      expect(start(url)).not.toThrow(/hunter2/);
    }
    const good = 'rediss://user:hunter2@redis.example.com:6380/3';
    expect(start(good)).toThrow(/REDIS_URL: the value given .* together with DATABASE_URL=postgres:/);
    expect(start(good)).not.toThrow(/hunter2/);
    expect(start(good, 'postgres://db/x')).not.toThrow('REDIS_URL');
  });

  test('takes a PostgreSQL database, with keys of its own, and never prints its password', () => {
    const DATABASE_URL = 'postgresql://user:hunter2@db.example.com:5433/scheduler?sslmode=require';
    const keys = { JWT_SECRET: 'j'.repeat(32), ENCRYPTION_KEY: 'e'.repeat(32) };
    const { database } = new AppConfig({ DATABASE_URL, DATABASE_POOL_SIZE: '5', ...keys });
    expect(database).toEqual({ kind: 'postgres', url: DATABASE_URL, poolSize: 5 });
    expect(describeDatabase(database)).toBe('scheduler on PostgreSQL at db.example.com:5433');
    expect(() => new AppConfig({ DATABASE_URL })).toThrow(
      /^JWT_SECRET has to be set; it takes .+the same on every node.+\nENCRYPTION_KEY has to be set; .+none is generated$/,
    );
    for (const url of ['postgres://', 'postgres://user:hunter2@db', 'postgres://user:hunter2@a b/c']) {
      const start = (): AppConfig => new AppConfig({ DATABASE_URL: url, ...keys });
      expect(start).toThrow(
        /^DATABASE_URL: .+ cannot be used; it takes file:PATH .+ or postgres:\/\/.+\/NAME/,
      );
      expect(start).not.toThrow(/hunter2/);
    }
  });

  test('names every fault at once, and no secret', () => {
    const faulty = (): AppConfig =>
      new AppConfig({ PORT: 'x', JWT_SECRET: 'too short', ENCRYPTION_KEY: 'too short', LOG_LEVEL: 'y' });
    expect(faulty).toThrow(/PORT[^]*JWT_SECRET[^]*ENCRYPTION_KEY[^]*LOG_LEVEL/);
    expect(faulty).not.toThrow(/too short/);
  });
});
