import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Problem } from '../../src/http/problems.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

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
  expect(form.status).toBe(415);
  const text = await fetch(`${service.api.url}/user`, { method: 'POST', body: 'just text' });
  expect(text.status).toBe(415);
  expect(text.headers.get('content-type')).toContain('application/problem+json');
});

test.each(['{"email":"\\ud800@example.com"}', '{"\\udc00":1}', '{"a":["\\ud800"]}'])(
  'half a character is refused: %s',
  async (body) => {
    const answer = await service.api.raw<Problem>('POST', '/user', body);
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      [{ field: 'body', message: 'texts without halves of characters (lone surrogates)' }],
    ]);
  },
);

test('JSON that is nested without end is refused, not read', async () => {
  const nested = (depth: number): string => `{"first_name":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  for (const path of ['/user', '/auth/signin']) {
    const { status, body } = await service.api.raw<Problem>('POST', path, nested(100_000));
    expect([status, body.errors]).toEqual([
      422,
      [{ field: 'body', message: 'JSON that is nested at most 20 levels deep' }],
    ]);
  }
});

test('what the router itself refuses is a problem, too', async () => {
  const { status, headers, body } = await service.api.get('/%FF');
  expect(status).toBe(400);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(body).toMatchObject({ title: 'Bad Request', status: 400 });
});
