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
  const refused: [body: string, status: number][] = [
    ['{"first_name":', 400],
    ['{"__proto__":{"role":"admin"}}', 400],
    [JSON.stringify('x'.repeat(300_000)), 413],
    ['', 422],
  ];
  for (const [body, status] of refused) {
    const answer = await service.api.raw<Problem>('POST', '/user', body);
    expect([body.slice(0, 40), answer.status]).toEqual([body.slice(0, 40), status]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(Object.keys(answer.body)).toEqual(expect.arrayContaining(['type', 'title', 'status', 'detail']));
  }
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

test('where no body is needed, an empty one is as good as none', async () => {
  const user = await service.api.newUser();
  const { id } = await user.newSchedule();
  expect((await user.raw('POST', `/schedules/${String(id)}/run`, '')).status).toBe(202);
  expect((await user.raw('DELETE', `/schedules/${String(id)}`, '')).status).toBe(200);
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
