import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { SignedInClient } from '../support/api-client.js';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';

const PATIENCE_MS = 60_000;

describeInBrowser('schedules in the dashboard', () => {
  let dashboard: Dashboard;
  let user: SignedInClient;
  let page: Page;

  beforeAll(async () => {
    dashboard = await Dashboard.start();
    user = await dashboard.service.api.newUser();
    for (const title of ['Alpha', 'Beta', 'Gamma']) {
      await user.newSchedule({ title, schedule_interval: '0 9 * * MON-FRI', tags: [title.toLowerCase()] });
    }
    page = await dashboard.openLive(user, '/schedules');
  }, PATIENCE_MS);

  afterAll(() => dashboard.stop());

  afterEach(() => {
    expect(dashboard.browser.faults.splice(0)).toEqual([]);
  });

  const row = (title: string) => page.getByRole('row').filter({ hasText: title });

  test('a list says in plain English when each is due; what it shows is in the address', async () => {
    await page.goto(`${dashboard.url}/schedules`);
    await row('Alpha').getByText('At 09:00, Monday through Friday').waitFor();
    await page.getByRole('searchbox', { name: 'Search schedules' }).fill('bet');
    await row('Alpha').waitFor({ state: 'detached' });
    expect(await row('Beta').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('q')).toBe('bet');
    await page.reload();
    await row('Beta').waitFor();
    expect(await row('Alpha').count()).toBe(0);
    await page.goto(`${dashboard.url}/schedules?tag=gamma`);
    await row('Gamma').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
  });

  test('a click on a header sorts by it, the next one the other way round, the third no more', async () => {
    await page.goto(`${dashboard.url}/schedules`);
    const header = page.getByRole('columnheader', { name: 'Schedule', exact: true });
    const first = page.getByRole('row').nth(1);
    for (const [sort, state, title] of [
      ['title', '[aria-sort="ascending"]', 'Alpha'],
      ['-title', '[aria-sort="descending"]', 'Gamma'],
      [null, ':not([aria-sort])', 'Alpha'],
    ] as const) {
      await header.getByRole('button').click();
      await header.and(page.locator(state)).waitFor();
      await first.filter({ hasText: title }).waitFor();
      expect(new URL(page.url()).searchParams.get('sort')).toBe(sort);
    }
    await page.goto(`${dashboard.url}/schedules?sort=-title`);
    await first.filter({ hasText: 'Gamma' }).waitFor();
    expect(await page.locator('th[aria-sort]').allTextContents()).toEqual(['Schedule']);
  });

  test('pause and resume', async () => {
    await page.goto(`${dashboard.url}/schedules`);
    await page.getByRole('button', { name: 'More for Alpha' }).click();
    await page.getByRole('menuitem', { name: 'Pause' }).click();
    await row('Alpha').getByText('Paused', { exact: true }).waitFor();
    expect((await user.get<{ enabled: boolean }>('/schedules/1')).body.enabled).toBe(false);
    await row('Alpha').getByRole('link', { name: 'Alpha', exact: true }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    expect((await user.get<{ enabled: boolean }>('/schedules/1')).body.enabled).toBe(true);
  });

  test('many at once: pause all that are marked', async () => {
    await page.goto(`${dashboard.url}/schedules`);
    await page.getByRole('checkbox', { name: 'Mark all on this page' }).check();
    await page.getByRole('checkbox', { name: 'Mark Gamma' }).uncheck();
    const marked = page.getByRole('group', { name: 'Marked schedules' });
    await marked.getByRole('button', { name: 'Pause' }).click();
    await row('Beta').getByText('Paused', { exact: true }).waitFor();
    await row('Alpha').getByText('Paused', { exact: true }).waitFor();
    const { body } = await user.get<{ title: string; enabled: boolean }[]>('/schedules/');
    expect(body.filter(({ enabled }) => enabled).map(({ title }) => title)).toEqual(['Gamma']);
  });

  test('a change by another hand shows by itself', async () => {
    await page.goto(`${dashboard.url}/schedules`);
    await row('Gamma').waitFor();
    await page.locator('[data-connection="open"]').waitFor();
    await user.patch('/schedules/3', { title: 'Delta' });
    await row('Delta').waitFor();
  });

  test('a wrong interval: the preview says so while typing, and the field has the service’s message', async () => {
    await page.goto(`${dashboard.url}/schedules/new`);
    const interval = page.getByLabel('Interval');
    await interval.fill('0 9 * * MOM');
    await page
      .getByRole('region', { name: 'Preview' })
      .first()
      .getByText(/^Not yet: /)
      .waitFor();
    await page.getByLabel('Title').fill('Wrong');
    await page.getByText('Write to the log', { exact: true }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const { body } = await user.post('/schedules/', { title: 'Wrong', schedule_interval: '0 9 * * MOM' });
    const message = body.errors?.[0]?.message ?? '';
    await page.locator('[aria-invalid="true"]').waitFor();
    expect(await interval.getAttribute('aria-invalid')).toBe('true');
    const described =
      (await interval.getAttribute('aria-describedby'))?.split(' ').filter((id) => id !== '') ?? [];
    const texts = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).textContent()));
    expect(texts).toContain(message);
    await page.locator('input:focus[aria-invalid="true"]').waitFor();
  });

  test('a preview warns of a clock change, and an edit is saved', async () => {
    await page.goto(`${dashboard.url}/schedules/2/edit`);
    await page.getByLabel('Interval').fill('30 2 * * *');
    await page.getByText('At 02:30', { exact: true }).waitFor();
    // In Berlin the clock skips 02:30 on the last Sunday of March.
    await page.getByLabel('Time zone').and(page.locator('input')).fill('Europe/Berlin');
    await page.getByLabel('Interval').fill('30 2 * 3 SUN');
    await page.getByRole('region', { name: 'Preview' }).getByRole('alert').first().waitFor();
    await page.getByLabel('Interval').fill('@hourly');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { name: 'Beta', level: 1 }).waitFor();
    expect((await user.get<{ schedule_interval: string }>('/schedules/2')).body.schedule_interval).toBe(
      '@hourly',
    );
  });
});
