import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';

const PATIENCE_MS = 60_000;

describeInBrowser('first steps in the dashboard', () => {
  let dashboard: Dashboard;
  let page: Page;
  let clicks = 0;

  /** A click, as a person would count it. */
  const click = async (name: string, role: 'button' | 'link' | 'radio' = 'button'): Promise<void> => {
    clicks++;
    if (role === 'radio') await page.getByText(name, { exact: true }).click();
    else await page.getByRole(role, { name, exact: true }).click();
  };

  beforeAll(async () => {
    dashboard = await Dashboard.start();
    page = await dashboard.browser.page();
  }, PATIENCE_MS);

  afterAll(() => dashboard.stop());

  afterEach(() => {
    expect(dashboard.browser.faults.splice(0)).toEqual([]);
  });

  test(
    'from nothing to the first green run in less than a minute',
    async () => {
      const started = Date.now();
      await page.goto(dashboard.url);
      await click('Create an account', 'link');
      await page.getByLabel('First name').fill('Ada');
      await page.getByLabel('Last name').fill('Lovelace');
      await page.getByLabel('E-mail').fill('ada@example.com');
      await page.getByLabel('Phone').fill('+49 30 901820');
      await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
      await click('Create the account');
      await click('Create your first schedule', 'link');
      await page.getByLabel('Title').fill('My first schedule');
      await click('Write to the log', 'radio');
      await click('Save and run a test now');
      await page.locator('[data-testid="run"][data-run-status="succeeded"]').waitFor();
      const seconds = (Date.now() - started) / 1000;
      process.stderr.write(
        `\nsign-up to the first green run: ${String(clicks)} clicks, ${seconds.toFixed(1)} s of machine time\n`,
      );
      expect(clicks).toBeLessThanOrEqual(5);
      expect(seconds).toBeLessThan(60);
    },
    PATIENCE_MS,
  );

  test('a reload keeps the session, and no script can read its token', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'My first schedule', level: 1 }).waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toMatch(
      /eyJ|sch_/,
    );
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'scheduler_session', httpOnly: true, sameSite: 'Strict' });
  });

  test('signing out ends the session, on the page and on the service', async () => {
    const [cookie] = await page.context().cookies();
    await page.goto(dashboard.url);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const answer = await fetch(`${dashboard.service.api.url}/auth/me`, {
      headers: { cookie: `${cookie?.name ?? ''}=${cookie?.value ?? ''}` },
    });
    expect(answer.status).toBe(401);
    await page.goto(`${dashboard.url}/schedules`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  test('a wrong password is told, and the right one leads to where one wanted to go', async () => {
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password', { exact: true }).fill('wrong horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page
      .getByRole('alert')
      .getByText(/not right|wrong|password/i)
      .waitFor();
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor();
  });
});
