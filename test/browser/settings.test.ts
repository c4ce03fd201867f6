import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { SignedInClient } from '../support/api-client.js';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';

const PATIENCE_MS = 60_000;

describeInBrowser('settings in the dashboard', () => {
  let dashboard: Dashboard;
  let user: SignedInClient;
  let page: Page;

  beforeAll(async () => {
    dashboard = await Dashboard.start();
    user = await dashboard.service.api.newUser();
    page = await dashboard.open(user);
  }, PATIENCE_MS);

  afterAll(() => dashboard.stop());

  afterEach(() => {
    expect(dashboard.browser.faults.splice(0)).toEqual([]);
  });

  test('an API key is shown once, works, and is refused once it is revoked', async () => {
    await page.goto(`${dashboard.url}/api-keys`);
    await page.getByRole('button', { name: 'New API key' }).click();
    await page.getByLabel('Name').fill('deploy script');
    await page.getByRole('button', { name: 'Create' }).click();
    const key = (await page.getByTestId('shown-once').textContent()) ?? '';
    expect(key).toMatch(/^sch_/);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('cell', { name: 'deploy script', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('cell', { name: 'deploy script', exact: true }).waitFor();
    expect(await page.content()).not.toContain(key);

    const program = dashboard.service.api.withToken(key);
    expect((await program.get('/schedules/')).status).toBe(200);
    await page.getByRole('button', { name: 'Revoke deploy script' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No API keys yet').waitFor();
    expect((await program.get('/schedules/')).status).toBe(401);
  });

  test('a secret is kept, and its name goes into an action at a click', async () => {
    await page.goto(`${dashboard.url}/secrets`);
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByLabel('Name').fill('API_TOKEN');
    await page.getByLabel('Value').fill('not for the eye');
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('cell', { name: 'API_TOKEN', exact: true }).waitFor();
    expect(await page.content()).not.toContain('not for the eye');

    await page.goto(`${dashboard.url}/schedules/new`);
    await page.getByRole('button', { name: 'Add a header' }).click();
    await page.getByLabel('Header name').fill('Authorization');
    await page.getByLabel('Value of Authorization').fill('Bearer ');
    await page
      .getByRole('group', { name: 'Headers' })
      .getByRole('button', { name: 'Insert a secret' })
      .click();
    await page.getByRole('menuitem', { name: 'API_TOKEN' }).click();
    await page
      .locator('[aria-label="Value of Authorization"][value="Bearer {{secrets.API_TOKEN}}"]')
      .waitFor();
  });

  test('an admin makes a user, who sees neither users nor the audit log, and changes her account', async () => {
    await page.goto(`${dashboard.url}/users`);
    await page.getByRole('button', { name: 'New user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('First name').fill('Grace');
    await dialog.getByLabel('Last name').fill('Hopper');
    await dialog.getByLabel('E-mail').fill(user.user.email);
    await dialog.getByLabel('Phone').fill('+1 555 0100');
    await dialog.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('E-mail').fill('grace@example.com');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'grace@example.com', exact: true }).waitFor();

    const grace = await dashboard.service.api.signIn('grace@example.com', 'correct horse battery');
    const hers = await dashboard.open(grace);
    await hers.getByRole('link', { name: 'Schedules', exact: true }).waitFor();
    expect(await hers.getByRole('link', { name: 'Users' }).count()).toBe(0);
    expect(await hers.getByRole('link', { name: 'Audit log' }).count()).toBe(0);

    await hers.getByRole('button', { name: 'Grace Hopper' }).click();
    await hers.getByRole('dialog').getByLabel('Last name').fill('Brewster Murray');
    expect(await hers.getByRole('dialog').getByLabel('Role').count()).toBe(0);
    await hers.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await hers.getByRole('button', { name: 'Grace Brewster Murray' }).waitFor();
  });

  test('whoever changes her own password or e-mail address has to know the password', async () => {
    const ada = await dashboard.service.api.newUser({ first_name: 'Ada', last_name: 'Byron' });
    const hers = await dashboard.open(ada);
    await hers.getByRole('button', { name: 'Ada Byron' }).click();
    const dialog = hers.getByRole('dialog');
    const current = dialog.getByLabel('Current password', { exact: true });
    await dialog.getByLabel('E-mail').waitFor();
    expect(await current.count()).toBe(0);
    await dialog.getByLabel('New password', { exact: true }).fill('another horse battery');
    await current.fill('a wrong guess');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('the current password of this account: this is another one').waitFor();
    await current.fill(ada.password);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await hers.getByRole('heading', { name: 'Sign in' }).waitFor();
    await dashboard.service.api.signIn(ada.user.email, 'another horse battery');
    // The browser itself says which answers were none of 2xx.
    dashboard.browser.faults.splice(0);
  });

  test('a session ended elsewhere leads to the sign-in', async () => {
    const other = await dashboard.openLive(user, '/secrets');
    await page.goto(`${dashboard.url}/sessions`);
    const ends = page.getByRole('button', { name: /^End the session/ });
    await ends.first().waitFor();
    for (let left = await ends.count(); left > 0; left--) {
      await ends.first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await other.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 20_000 });
  });

  test('rotating the signing secret shows the new one, once', async () => {
    const again = await dashboard.service.api.signIn(user.user.email, user.password);
    await again.newSchedule({ title: 'Signed', schedule_interval: '@daily' });
    await page.goto(`${dashboard.url}/schedules/1`);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Rotate the signing secret' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    expect(await page.getByTestId('shown-once').textContent()).toMatch(/^whsec_/);
  });
});
