import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describeWith } from './describe-with.js';

const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const EXECUTABLE = PLACES.find((place) => place !== undefined && existsSync(place));

const SWITCHES = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `describe` for tests in a real browser. */
export const describeInBrowser = describeWith(
  EXECUTABLE !== undefined,
  'no Chromium is installed (Debian: apt-get install chromium; or name one in CHROMIUM)',
);

/** A browser with pages that report whatever goes wrong inside them. */
export class TestBrowser {
  /** What pages wrote as errors to their consoles, and threw. */
  readonly faults: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: EXECUTABLE ?? '', args: SWITCHES }));
  }

  /** A page of a browser that has never been here; its viewer is in Berlin. */
  async page(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 860 },
      timezoneId: 'Europe/Berlin',
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('console', (message) => {
      // A refusal by the service is an answer, and shown as one.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.faults.push(message.text());
    });
    page.on('pageerror', ({ message }) => this.faults.push(message));
    return page;
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }
}
