import { type Redis, ReplyError } from 'ioredis';

/** Whether Redis answered, and said no: it has no memory left, is read-only, or the like. */
export const isRefusal = (error: unknown): boolean => error instanceof (ReplyError as ErrorConstructor);

/**
 * Finds out when nothing is answered on a connection: a host that vanished closes no connection, and TCP takes a quarter
 * of an hour to notice.
 *
 * @param everyMs how often it is asked; its own `commandTimeout` says how long an answer may take
 */
export function watchConnection(client: Redis, everyMs: number, onSilent: () => void): NodeJS.Timeout {
  let asking = false;
  let greeting = false;
  const isReady = (): boolean => client.status === 'ready';
  const look = async (): Promise<void> => {
    // It was accepted, and has said nothing since the look before.
    if (client.status === 'connect' && greeting) onSilent();
    greeting = client.status === 'connect';
    if (!isReady() || asking) return;
    asking = true;
    const { stream } = client;
    const asked = performance.now();
    const patience = client.options.commandTimeout ?? everyMs;
    try {
      await client.ping();
    } catch (error) {
      // A turn of the event loop in which this process did not listen says nothing about the server.
      const listened = performance.now() - asked < patience + everyMs;
      if (!isRefusal(error) && listened && isReady() && client.stream === stream) onSilent();
    } finally {
      asking = false;
    }
  };
  return setInterval(() => void look(), everyMs);
}
