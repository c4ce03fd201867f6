import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { SignedInClient } from '../support/api-client.js';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';

const PATIENCE_MS = 60_000;

describeInBrowser('the dashboard and a service that goes away', () => {
  let dashboard: Dashboard;
  let user: SignedInClient;
  let page: Page;

  beforeAll(async () => {
    dashboard = await Dashboard.start();
    user = await dashboard.service.api.newUser();
    await user.newSchedule({ title: 'Before', schedule_interval: '@daily' });
    page = await dashboard.openLive(user, '/schedules');
    await page.getByText('Before').waitFor();
  }, PATIENCE_MS);

  afterAll(() => dashboard.stop());

  test(
    'its loss is told, what was seen stays, and all is well again by itself',
    async () => {
      await dashboard.service.kill();
      await page.getByText('The service cannot be reached').waitFor();
      expect(await page.getByText('Before').count()).toBe(1);

      await dashboard.revive();
      await user.patch('/schedules/1', { title: 'After' });
      await page.getByText('After', { exact: true }).waitFor({ timeout: 20_000 });
      await page.locator('[data-connection="open"]').waitFor();
      await page.getByText('The service cannot be reached').waitFor({ state: 'detached' });
    },
    PATIENCE_MS,
  );
});
