import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import type { SignedInClient } from '../support/api-client.js';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';

const PATIENCE_MS = 120_000;
const SCRIPT_BYTES = 250_000;
const MANY = 10_000;

/** Stores them beside the service, as its API would take half a minute. */
function insertSchedules(file: string): void {
  const database = new Database(file);
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${String(MANY)})
     INSERT INTO schedules (owner_id, title, schedule_interval, action, retry_policy, tags)
     SELECT 1, 'Job ' || i, '@yearly', '{"type":"log"}', '{"max_attempts":1}', '["many"]' FROM n`,
  );
  database.close();
}

describeInBrowser('how heavy the dashboard is', () => {
  let dashboard: Dashboard;
  let user: SignedInClient;

  beforeAll(async () => {
    dashboard = await Dashboard.start();
    user = await dashboard.service.api.newUser();
  }, PATIENCE_MS);

  afterAll(() => dashboard.stop());

  test(
    'a first visit loads less than 250 kB of script, and says when it can be used',
    async () => {
      const page = await dashboard.browser.page();
      const scripts: number[] = [];
      const session = await page.context().newCDPSession(page);
      const types = new Map<string, string>();
      session.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        if (types.get(requestId) === 'Script') scripts.push(encodedDataLength);
      });
      await session.send('Network.enable');
      await page.context().request.post(`${dashboard.service.api.url}/auth/session`, {
        data: { email: user.user.email, password: user.password },
        headers: { origin: dashboard.service.api.url },
      });
      await page.goto(dashboard.url);
      await page.getByRole('link', { name: 'Create your first schedule' }).waitFor();
      const usable = await page.evaluate<number>('performance.now()');
      await page.waitForLoadState('networkidle').catch(() => undefined);
      const bytes = scripts.reduce((sum, size) => sum + size, 0);
      process.stderr.write(
        `\nfirst visit: ${(bytes / 1000).toFixed(0)} kB of script in ${String(scripts.length)} files, usable after ${usable.toFixed(0)} ms\n`,
      );
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThan(SCRIPT_BYTES);
    },
    PATIENCE_MS,
  );

  test(
    'a list of 10,000 schedules: search and pages',
    async () => {
      insertSchedules(`${dashboard.folder}/scheduler.db`);
      const page = await dashboard.open(user, '/schedules');
      await page.getByText('10,000 schedules').waitFor();
      // 50 and the heading's.
      expect(await page.getByRole('row').count()).toBe(51);
      const spent = async (act: () => Promise<void>): Promise<number> => {
        const before = performance.now();
        await act();
        return performance.now() - before;
      };
      const next = await spent(async () => {
        await page.getByRole('button', { name: 'Next', exact: true }).click();
        await page.getByText('Page 2 of 200').waitFor();
        await page.getByRole('link', { name: 'Job 51', exact: true }).waitFor();
      });
      const search = await spent(async () => {
        await page.getByRole('searchbox').fill('Job 9876');
        await page.getByRole('link', { name: 'Job 9876', exact: true }).waitFor();
      });
      process.stderr.write(
        `\n10,000 schedules: the next page after ${next.toFixed(0)} ms, a search after ${search.toFixed(0)} ms\n`,
      );
      expect(await page.getByRole('row').count()).toBe(2);
    },
    PATIENCE_MS,
  );
});
