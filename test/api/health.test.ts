import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestService } from '../support/test-service.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

interface Health {
  status: string;
  details: Record<string, { status: string; message?: string }>;
}

test('is live', async () => {
  expect(await service.api.get('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('is ready while the database takes writes and sweeps come through', async () => {
  await service.scheduler.sweep();
  const { status, body } = await service.api.get<Health>('/health/ready');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'ok',
    details: { database: { status: 'up' }, sweep: { status: 'up' } },
  });
});

test('is not ready when no sweep came through for long, and says so', async () => {
  service.clock.advance(60_000);
  const { status, body } = await service.api.get<Health>('/health/ready');
  expect(status).toBe(503);
  expect(body.details['sweep']).toEqual({ status: 'down', message: 'due schedules are not being claimed' });
  await service.scheduler.sweep();
  expect((await service.api.get('/health/ready')).status).toBe(200);
});
