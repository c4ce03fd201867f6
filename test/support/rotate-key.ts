import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Runs the command that rotates the encryption key of the service in `folder`. */
export async function rotateEncryptionKey(
  folder: string,
  settings: Record<string, string> = {},
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const command = join(import.meta.dirname, '../../dist/src/rotate-encryption-key.js');
  const child = spawn(process.execPath, [command], {
    cwd: folder,
    env: { PATH: process.env['PATH'], DATABASE_URL: `file:${folder}/scheduler.db`, ...settings },
  });
  const [stdout, stderr, [status]] = (await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])) as [string, string, [number | null]];
  return { status, stdout, stderr };
}
