import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the service's commands, as built, with nothing but these settings. */
export async function runCommand(
  name: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  cwd = import.meta.dirname,
): Promise<CommandResult> {
  const command = join(import.meta.dirname, `../../dist/src/${name}.js`);
  const env = { PATH: process.env['PATH'], ...settings };
  const child = spawn(process.execPath, [command, ...args], { cwd, env });
  const [stdout, stderr, [status]] = (await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])) as [string, string, [number | null]];
  return { status, stdout, stderr };
}
