import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestService } from '../support/test-service.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start({ CORS_ORIGINS: 'https://app.example.com, http://localhost:5173' });
});
afterAll(() => service.stop());

test.each(['/', '/docs', '/docs/', '/schedules', '/nowhere'])(
  '%s is answered with security headers',
  async (path) => {
    const { headers } = await fetch(service.api.url + path);
    expect(headers.get('content-security-policy')).toMatch(
      /default-src 'none';.*script-src 'self';.*frame-ancestors 'none'/,
    );
    expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  },
);

describe('CORS', () => {
  const preflight = (url: string, origin: string): Promise<Response> =>
    fetch(`${url}/schedules`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });

  test.each(['https://app.example.com', 'http://localhost:5173'])('is open to %s', async (origin) => {
    const { headers } = await preflight(service.api.url, origin);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-headers')).toContain('authorization');
  });

  test.each(['https://evil.example', 'null', 'https://app.example.com.evil.example'])(
    'is closed to %s',
    async (origin) => {
      expect((await preflight(service.api.url, origin)).headers.get('access-control-allow-origin')).not.toBe(
        origin,
      );
    },
  );

  test('is off by default', async () => {
    const closed = await TestService.start();
    try {
      const { headers } = await preflight(closed.api.url, 'https://app.example.com');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await closed.stop();
    }
  });
});

describe('a client that takes its time', () => {
  /** Sends a text and resolves with how many seconds the service waited before it closed the connection. */
  const patienceWith = (text: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(service.api.url);
      const begun = performance.now();
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.on('error', reject);
      socket.on('close', () => {
        resolve((performance.now() - begun) / 1000);
      });
      socket.resume();
    });

  // Both wait at the same time, for it is real time.
  let [forHeaders, forBody]: Promise<number>[] = [];
  beforeAll(() => {
    forHeaders = patienceWith('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    forBody = patienceWith(
      'POST /auth/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
  });

  test('with its headers is cut off after 10 seconds', async () => {
    const seconds = await forHeaders;
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(13);
  }, 20_000);

  test('with its body is cut off after 30 seconds', async () => {
    const seconds = await forBody;
    expect(seconds).toBeGreaterThan(28);
    expect(seconds).toBeLessThan(34);
  }, 40_000);
});
