import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ApiClient } from './api-client.js';

const MAIN = join(import.meta.dirname, '../../dist/src/main.js');

/** The built service as a process of its own, to be killed. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly api: ApiClient,
    /** Every line it wrote to standard output. */
    readonly log: string[],
  ) {}

  /** Resolves when it says that it is ready. */
  static async start(folder: string, settings: Record<string, string> = {}): Promise<ServiceProcess> {
    const child = spawn(process.execPath, [MAIN], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: `file:${folder}/scheduler.db`,
        PORT: '0',
        LOG_FORMAT: 'json',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const log: string[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => {
        reject(new Error(`the service ended with ${String(code)} before it was ready:\n${log.join('\n')}`));
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        log.push(line);
        const ready = /ready at (http:\S+)/.exec(line)?.[1];
        if (ready !== undefined) resolve(ready);
      });
    });
    return new ServiceProcess(child, new ApiClient(url), log);
  }

  /** `kill -9`: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asks it to stop in order; resolves with its exit code, which is null when a signal ended it. */
  async terminate(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const exit = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill(signal);
    return (await exit)[0];
  }
}
