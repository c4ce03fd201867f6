import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { describeInBrowser } from '../support/browser.js';
import { Dashboard } from '../support/dashboard.js';
import { until } from '../support/until.js';

const PATIENCE_MS = 60_000;
const GREEN_WITHIN_MS = 300;

describeInBrowser('runs in the dashboard', () => {
  let dashboard: Dashboard;
  let user: SignedInClient;
  let page: Page;
  let finish: (() => void)[];

  beforeAll(async () => {
    dashboard = await Dashboard.start();
    user = await dashboard.service.api.newUser();
    // A call lasts until the test ends it.
    finish = [];
    dashboard.sink.answer = (_request, response) => finish.push(() => response.end('{"ok": true}'));
    await user.newSchedule({
      title: 'Call home',
      schedule_interval: '@yearly',
      action: { type: 'http', url: `${dashboard.sink.url}/hook`, body: { run: '{{run.id}}' } },
    });
    page = await dashboard.openLive(user, '/schedules/1');
  }, PATIENCE_MS);

  afterAll(() => dashboard.stop());

  afterEach(() => {
    expect(dashboard.browser.faults.splice(0)).toEqual([]);
  });

  const shown = (status: string) => page.locator(`[data-testid="run"][data-run-status="${status}"]`);
  const called = (): Promise<void> => until(() => finish.length > 0);

  test('run now: it is seen to run, and is green within 300 ms of its end', async () => {
    await page.getByRole('button', { name: 'Run now' }).click();
    await shown('running').waitFor();
    await called();
    // The page itself notes when it turned green, on the clock that both share.
    const green = page.evaluate<number>(`new Promise((resolve) => {
      const look = () => document.querySelector('[data-run-status="succeeded"]')
        ? requestAnimationFrame(() => resolve(Date.now())) : setTimeout(look, 5);
      look();
    })`);
    finish.shift()?.();
    const at = await green;
    const { body: run } = await user.get<RunDto>('/runs/1');
    const delay = at - new Date(run.finished_at ?? 0).getTime();
    process.stderr.write(`\na run's end is on the screen after ${String(delay)} ms\n`);
    expect(run.status).toBe('succeeded');
    expect(delay).toBeLessThan(GREEN_WITHIN_MS);
    await shown('succeeded').getByText('{"ok": true}').waitFor();
  });

  test('replay makes a new run, and cancel stops it', async () => {
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('heading', { name: 'Run 2' }).waitFor();
    await called();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shown('canceled').waitFor();
    expect((await user.get<RunDto>('/runs/2')).body).toMatchObject({ status: 'canceled', trigger: 'replay' });
    finish.shift();
  });

  test('the history can be filtered, and its filter is in the address', async () => {
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('tbody [data-status="canceled"]').waitFor();
    expect(await page.locator('tbody [data-status]').count()).toBe(2);
    await page.goto(`${dashboard.url}/schedules/1?status=succeeded`);
    await page.locator('tbody [data-status="succeeded"]').waitFor();
    expect(await page.locator('tbody [data-status]').count()).toBe(1);
  });

  test('every attempt is shown with what was answered', async () => {
    dashboard.sink.answer = (_request, response) => {
      response.statusCode = 418;
      response.end('I am a teapot');
    };
    await page.goto(`${dashboard.url}/schedules/1`);
    await page.getByRole('button', { name: 'Run now' }).click();
    await shown('failed').getByText('I am a teapot').waitFor();
    await shown('failed').getByText('HTTP 418').waitFor();
  });
});
