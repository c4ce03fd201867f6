import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { SignedInClient } from '../support/api-client.js';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';

const PATIENCE_MS = 90_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every page, and the heading that says that it is there. */
const PAGES = [
  ['', 'Overview'],
  ['/schedules', 'Schedules'],
  ['/schedules/new', 'New schedule'],
  ['/schedules/1', 'Call home'],
  ['/schedules/1?run=1', 'Call home'],
  ['/schedules/1/edit', 'Edit Call home'],
  ['/runs', 'Runs'],
  ['/secrets', 'Secrets'],
  ['/api-keys', 'API keys'],
  ['/sessions', 'Sessions'],
  ['/users', 'Users'],
  ['/audit-log', 'Audit log'],
  ['/no-such-page', 'There is no such page'],
] as const;
const NARROW = { width: 390, height: 844 };

/** What axe finds serious or critical on a page, in few words. */
async function faultsOf(page: Page): Promise<string[]> {
  // Evaluated as the debugger would: the page's content security policy lets no other script in.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
  expect(passes.map(({ id }) => id)).toContain('color-contrast');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

describeInBrowser('everybody can use the dashboard', () => {
  let dashboard: Dashboard;
  let user: SignedInClient;

  beforeAll(async () => {
    dashboard = await Dashboard.start();
    dashboard.sink.answer = (_request, response) => {
      response.statusCode = 404;
      response.end('no such hook');
    };
    user = await dashboard.service.api.newUser();
    await user.newSchedule({
      title: 'Call home',
      schedule_interval: '*/5 * * * *',
      timezone: 'America/New_York',
      tags: ['home'],
      action: {
        type: 'http',
        url: `${dashboard.sink.url}/a/rather/long/path?with=${'parameters'.repeat(8)}`,
      },
    });
    await user.newSchedule({ title: 'Paused', enabled: false });
    await user.post('/secrets', { name: 'A_RATHER_LONG_NAME_FOR_A_SECRET_TOKEN', value: 'not to be told' });
    await user.post('/auth/api-keys', { name: 'a rather long name for an API key', scopes: ['read'] });
    await user.post('/schedules/1/run');
  }, PATIENCE_MS);

  afterAll(() => dashboard.stop());

  afterEach(() => {
    expect(dashboard.browser.faults.splice(0)).toEqual([]);
  });

  const show = async (page: Page, path: string, heading: string): Promise<void> => {
    await page.goto(dashboard.url + path);
    await page.getByRole('heading', { name: heading, exact: true, includeHidden: true }).waitFor();
    // All of them: a page and what is beside it load at the same time.
    await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
  };

  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `axe finds no serious fault on any page, ${colorScheme}`,
      async () => {
        const page = await dashboard.open(user, '', { colorScheme, reducedMotion: 'reduce' });
        const found: Record<string, string[]> = {};
        for (const [path, heading] of PAGES) {
          await show(page, path, heading);
          expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(colorScheme);
          const faults = await faultsOf(page);
          if (faults.length > 0) found[path] = faults;
        }
        expect(found).toEqual({});
      },
      PATIENCE_MS,
    );
  }

  test('axe finds no serious fault where one signs in and up', async () => {
    const page = await dashboard.browser.page({ reducedMotion: 'reduce' });
    await show(page, '', 'Sign in');
    expect(await faultsOf(page)).toEqual([]);
    await show(page, '/sign-up', 'Create an account');
    expect(await faultsOf(page)).toEqual([]);
  });

  test('no page scrolls sideways on a narrow screen, and its menu leads on', async () => {
    const page = await dashboard.open(user, '', { viewport: NARROW, reducedMotion: 'reduce' });
    for (const [path, heading] of PAGES) {
      await show(page, path, heading);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect([path, width]).toEqual([path, NARROW.width]);
    }
    await show(page, '', 'Overview');
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Schedules' }).click();
    await page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor();
  });

  test('the switch overrules the system, and a reload keeps that', async () => {
    const page = await dashboard.open(user, '', { colorScheme: 'light' });
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    await page.reload();
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
  });

  test('the keyboard alone: to the content, through the menu of a schedule, and back', async () => {
    const page = await dashboard.open(user, '/schedules', { reducedMotion: 'reduce' });
    await page.getByRole('link', { name: 'Call home' }).waitFor();
    await page.keyboard.press('Tab');
    await page.locator('.skip-link:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('main:focus').waitFor();
    await page.keyboard.press('/');
    await page.locator('input[type="search"]:focus').waitFor();
    await page.getByRole('button', { name: 'More for Call home' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('button[aria-label="More for Call home"]:focus').waitFor();
  });
});
