import { setTimeout as pause } from 'node:timers/promises';

const LONGEST_PAUSE_MS = 5;

/**
 * Resolves once it is so. The test's timeout is the limit. Between two looks there is a pause: whoever asks without one
 * takes the processor from what it waits for.
 */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let ms = 1; !(await isSo()); ms = Math.min(2 * ms, LONGEST_PAUSE_MS)) await pause(ms);
}
