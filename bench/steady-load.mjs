// Runs steady-get.mjs in a process of its own against a service, so that what it measures is not its own load.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Resolves when it is warm; `stop()` resolves with its figures in milliseconds. */
export async function startSteadyGet(service, options = {}) {
  const input = { url: `${service.url}/schedules/${service.aSchedule()}`, token: service.token, ...options };
  const script = join(import.meta.dirname, 'steady-get.mjs');
  let child;
  const figures = new Promise((resolve, reject) => {
    child = execFile(process.execPath, [script, JSON.stringify(input)], (error, output) => {
      if (error) reject(error);
      else resolve(JSON.parse(output));
    });
  });
  // Whoever never stops it has failed already.
  figures.catch(() => undefined);
  await Promise.race([once(child.stderr, 'data'), figures]);
  return {
    figures,
    stop: () => {
      child.kill('SIGTERM');
      return figures;
    },
  };
}
