import type { BrowserContextOptions, Page } from 'playwright-core';
import type { SignedInClient } from './api-client.js';
import { removeFolder, scratchFolder } from './scratch.js';
import { ServiceProcess } from './service-process.js';
import { Sink } from './sink.js';
import { TestBrowser } from './browser.js';

/** The built service, a browser, and something to call. */
export class Dashboard {
  private constructor(
    public service: ServiceProcess,
    readonly browser: TestBrowser,
    readonly sink: Sink,
    readonly folder: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Dashboard> {
    const folder = scratchFolder();
    const all = { EGRESS_ALLOW: '127.0.0.1/32', SIGN_INS_PER_MINUTE: '1000000', ...settings };
    const service = await ServiceProcess.start(folder, all);
    return new Dashboard(service, await TestBrowser.start(), await Sink.start(), folder, all);
  }

  /** Starts the service again, where it was before it was killed. */
  async revive(): Promise<void> {
    const { port } = new URL(this.service.api.url);
    this.service = await ServiceProcess.start(this.folder, { ...this.settings, PORT: port });
  }

  get url(): string {
    return `${this.service.api.url}/dashboard`;
  }

  /** A page on which `user` is signed in, at a path of the dashboard's. */
  async open(user: SignedInClient, path = '', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.browser.page(options);
    const { email } = user.user;
    await page.request.post(`${this.service.api.url}/auth/session`, {
      data: { email, password: user.password },
      headers: { origin: this.service.api.url },
    });
    await page.goto(this.url + path);
    return page;
  }

  /** Opened, and following events. */
  async openLive(user: SignedInClient, path = '', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.open(user, path, options);
    await page.locator('[data-connection="open"]').waitFor({ state: 'attached' });
    return page;
  }

  async stop(): Promise<void> {
    await this.browser.stop();
    await this.service.terminate();
    await this.sink.stop();
    removeFolder(this.folder);
  }
}
