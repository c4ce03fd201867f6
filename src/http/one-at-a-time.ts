import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** So many requests of a connection may wait for the one before. */
const MOST_WAITING = 100;

interface Line {
  latest: ServerResponse;
  waiting: number;
}

const lines = new WeakMap<Socket, Line>();

/**
 * Works on one request of a connection at a time. A client may send further ones before it has read the answer to the
 * first (RFC 9112, section 9.3.2); their answers would all be made, and wait in memory.
 */
export function oneAtATime(
  { raw: { socket } }: FastifyRequest,
  { raw }: FastifyReply,
  next: () => void,
): void {
  const line = lines.get(socket);
  if (!line) lines.set(socket, { latest: raw, waiting: 0 });
  raw.once('close', () => {
    if (lines.get(socket)?.latest === raw) lines.delete(socket);
  });
  if (!line) {
    next();
    return;
  }
  const before = line.latest;
  line.latest = raw;
  line.waiting++;
  if (line.waiting > MOST_WAITING) {
    socket.destroy();
    return;
  }
  before.once('close', () => {
    line.waiting--;
    // A request that nobody waits for is not worth the work.
    if (!socket.destroyed) next();
  });
}
