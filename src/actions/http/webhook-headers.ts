import { createHmac, hash, randomBytes, randomUUID } from 'node:crypto';
import type { ActionContext } from '../action.js';

const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** A signing secret as the Standard Webhooks specification writes it. */
export const newSigningSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');

/**
 * Tells the target which run this is, in every attempt alike, and proves who calls.
 *
 * @param secrets signing secrets, the newest first; the receiver accepts a signature by any that it knows
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function webhookHeaders(
  { run, schedule }: ActionContext,
  body: string,
  secrets: readonly string[],
  now: Date,
): Record<string, string> {
  const id = String(run.id);
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map((secret) => sign(secret, `${id}.${timestamp}.${body}`));
  return {
    'idempotency-key': id,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
    'x-scheduler-schedule-id': String(schedule.id),
    'x-scheduler-run-id': id,
    'x-scheduler-scheduled-for': run.scheduled_for.toISOString(),
    'x-scheduler-attempt': String(run.attempt),
    traceparent: traceparent(run.id, run.scheduled_for),
  };
}

function sign(secret: string, content: string): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

/** One trace for all attempts of a run, a span for each (W3C Trace Context). */
function traceparent(runId: number, scheduledFor: Date): string {
  const trace = hash('sha256', `${String(runId)} ${scheduledFor.toISOString()}`);
  // Node has random UUIDs in store; random bytes it asks the system for, each time. Only some of a UUID is random.
  const random = randomUUID();
  return `00-${trace.slice(0, 32)}-${random.slice(0, 8)}${random.slice(-8)}-01`;
}
