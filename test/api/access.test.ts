import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestService } from '../support/test-service.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

const PUBLIC = ['GET /', 'POST /user', 'POST /auth/signin', 'GET /health/live', 'GET /health/ready'];

test('every documented route but the public ones needs a credential', async () => {
  const { body } = await service.api.get<{ paths: Record<string, object> }>('/docs-json');
  const routes = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), path })),
  );
  expect(routes.length).toBeGreaterThan(15);
  const open: string[] = [];
  for (const { method, path } of routes) {
    const { status } = await service.api.request(
      method,
      path.replaceAll(/\{\w+\}/g, '1'),
      method === 'GET' ? undefined : {},
    );
    if (status !== 401) open.push(`${method} ${path}`);
  }
  // Signing in answers 401 to nobody, too, but 422 to an empty body.
  expect(open.sort()).toEqual(PUBLIC.toSorted());
});

test('a path that does not exist is a problem like any other', async () => {
  const { status, headers, body } = await service.api.get('/nowhere');
  expect(status).toBe(404);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(body).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'Cannot GET /nowhere',
  });
});

test('malformed, oversized and foreign bodies are refused in words', async () => {
  expect(await service.api.raw('POST', '/user', '{"first_name":')).toMatchObject({ status: 400 });
  expect(await service.api.raw('POST', '/user', '')).toMatchObject({ status: 400 });
  expect(await service.api.raw('POST', '/user', '{"__proto__":{"role":"admin"}}')).toMatchObject({
    status: 400,
  });
  expect(await service.api.raw('POST', '/user', JSON.stringify('x'.repeat(300_000)))).toMatchObject({
    status: 413,
  });
  for (const body of ['null', '[]', '"text"', '7', 'true']) {
    const { status, headers } = await service.api.raw('POST', '/user', body);
    expect({ body, status }).toEqual({ body, status: 422 });
    expect(headers.get('content-type')).toContain('application/problem+json');
  }
  const form = await fetch(`${service.api.url}/user`, {
    method: 'POST',
    body: new URLSearchParams({ a: 'b' }),
  });
  expect([415, 422]).toContain(form.status);
});
