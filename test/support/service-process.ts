import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { ApiClient } from './api-client.js';

const ROOT = join(import.meta.dirname, '../..');

/** The built service as a process of its own, to be killed. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly api: ApiClient,
    /** Every line it wrote to standard output. */
    readonly log: string[],
    /** Every line it wrote to standard error, which the test's own shows as well. */
    readonly errors: string[],
    /** Resolves when it has ended, by whatever hand. */
    readonly exited: Promise<number | null>,
  ) {}

  /**
   * Resolves when it says that it is ready.
   *
   * @param hooks a module, below the root, to be loaded before the service
   * @param openFiles how many files and connections it may have open
   */
  static async start(
    folder: string,
    settings: Record<string, string> = {},
    hooks?: string,
    openFiles?: number,
  ): Promise<ServiceProcess> {
    const preload = hooks === undefined ? [] : ['--import', pathToFileURL(join(ROOT, hooks)).href];
    const node = [process.execPath, ...preload, join(ROOT, 'dist/src/main.js')];
    const limit = openFiles === undefined ? '' : `ulimit -n ${String(openFiles)} && `;
    const child = spawn('/bin/sh', ['-c', `${limit}exec "$@"`, 'sh', ...node], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: `file:${folder}/scheduler.db`,
        PORT: '0',
        LOG_FORMAT: 'json',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
    const log: string[] = [];
    const errors: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      errors.push(line);
      process.stderr.write(`${line}\n`);
    });
    const url = await new Promise<string>((resolve, reject) => {
      void exited.then((code) => {
        reject(new Error(`the service ended with ${String(code)} before it was ready:\n${log.join('\n')}`));
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        log.push(line);
        const ready = /ready at (http:\S+)/.exec(line)?.[1];
        if (ready !== undefined) resolve(ready);
      });
    });
    return new ServiceProcess(child, new ApiClient(url), log, errors, exited);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Closes the pipe that it logs to. */
  stopReading(): void {
    this.child.stdout?.destroy();
  }

  /** `kill -9`: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Asks it to stop in order; resolves with its exit code, which is null when a signal ended it. */
  async terminate(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exited;
  }
}
