import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestService } from '../support/test-service.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

test('greets anyone, in exactly the words of the contract', async () => {
  const { status, body } = await service.api.get('/');
  expect(status).toBe(200);
  expect(body).toEqual({ message: 'Welcome to the Scheduler API' });
});
