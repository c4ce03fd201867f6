import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestService } from '../support/test-service.js';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});

afterAll(() => service.stop());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(service.api.url + path, { headers, redirect: 'manual' });

/** The first script that the page names. */
async function scriptPath(): Promise<string> {
  const page = await (await get('/dashboard')).text();
  const path = /src="(\/dashboard\/assets\/[^"]+\.js)"/.exec(page)?.[1];
  if (path === undefined) throw new Error(`the page names no script:\n${page}`);
  return path;
}

test('the page is asked for anew, and answers every path of the dashboard', async () => {
  const page = await (await get('/dashboard')).text();
  for (const path of [
    '/dashboard',
    '/dashboard/',
    '/dashboard/schedules/7',
    '/dashboard/runs?status=failed',
  ]) {
    const response = await get(path);
    expect([path, response.status, await response.text()]).toEqual([path, 200, page]);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  }
});

test('no script is let into the page but its own', async () => {
  const response = await get('/dashboard');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("default-src 'none';");
  expect(await response.text()).not.toMatch(/<script(?![^>]* src=)|\son\w+=/);
});

test('assets are kept for ever, and come compressed', async () => {
  const path = await scriptPath();
  for (const encoding of ['br', 'gzip']) {
    const response = await get(path, { 'accept-encoding': encoding });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toMatch(/^(application|text)\/javascript/);
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect((await response.text()).length).toBeGreaterThan(1000);
  }
  const plain = await get(path, { 'accept-encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
});

test('an asset that is not there, and what is not asked for, are problems', async () => {
  for (const path of ['/dashboard/assets/none.js', '/dashboard/assets/..%2f..%2fpackage.json']) {
    const response = await get(path);
    expect([path, response.status]).toEqual([path, 404]);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  }
  expect((await service.api.post('/dashboard')).status).toBe(404);
});

test('the welcome at the root stays as it is', async () => {
  expect((await service.api.get('/')).body).toEqual({ message: 'Welcome to the Scheduler API' });
});
