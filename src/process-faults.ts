import { Logger } from '@nestjs/common';
import type { Metrics } from './metrics/metrics.js';

/** A fault that comes again and again is logged once in this time. */
const LOG_APART_MS = 1000;

/**
 * What happens to a fault that nobody caught, thrown in a timer or an event, or by a promise that nobody waits for: it is
 * logged with its stack and counted, and the service goes on.
 *
 * Ending the process would not put anything right: the same schedule, or the same message, may bring it down again after
 * every restart, and everybody's schedules with it. To go on is safe, because rows are the truth: what the fault kept from
 * being done is still in its row, transactions that were cut off are rolled back, and sweeps and recovery rebuild what is in
 * memory. Where even sweeps do not come through any more, `/health/ready` says so.
 */
export function surviveFaults(metrics: Metrics): void {
  const logger = new Logger('Process');
  let loggedAt = Number.NEGATIVE_INFINITY;
  let leftOut = 0;
  // Promises come here, too, as long as nobody listens to `unhandledRejection`.
  process.on('uncaughtException', (error, origin) => {
    metrics.faults.inc({ origin: origin === 'unhandledRejection' ? 'promise' : 'callback' });
    const now = performance.now();
    if (now - loggedAt < LOG_APART_MS) {
      leftOut++;
      return;
    }
    const others = leftOut > 0 ? ` (${String(leftOut)} more since the last such line)` : '';
    [loggedAt, leftOut] = [now, 0];
    logger.error(`Nobody caught a fault; the service goes on${others}: ${String(error)}`, stackOf(error));
  });
  // Without a listener, a reader of the log that has gone would be a fault of each line that is written.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

const stackOf = (error: unknown): string | undefined => (error instanceof Error ? error.stack : undefined);
