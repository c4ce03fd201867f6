import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { text } from 'node:stream/consumers';

/** Modules that a receiver imports are those of the project. */
const ROOT = join(import.meta.dirname, '../..');

/** A receiver of calls, as a process of its own. */
export class Receiver {
  private constructor(
    private readonly child: ChildProcess,
    private readonly closed: Promise<unknown>,
    private readonly lines: Interface,
    readonly url: string,
  ) {}

  /** Resolves when it says that it listens; rejects, with what it had to say, when it ends before. */
  static async start([command, ...args]: Command, secret: string): Promise<Receiver> {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', WEBHOOK_SECRET: secret },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    const complaint = text(child.stderr);
    const lines = createInterface({ input: child.stdout });
    const port = await new Promise<string>((resolve, reject) => {
      closed
        .then(() => complaint)
        .then((message) => {
          reject(new Error(message));
        }, reject);
      lines.on('line', (line) => {
        const listening = /^listening on port (\d+)$/.exec(line)?.[1];
        if (listening !== undefined) resolve(listening);
      });
    });
    return new Receiver(child, closed, lines, `http://127.0.0.1:${port}`);
  }

  /** The next line that it will write to standard output. */
  async nextLine(): Promise<string> {
    const [line] = (await once(this.lines, 'line')) as [string];
    return line;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}

export type Command = readonly [command: string, ...args: string[]];
