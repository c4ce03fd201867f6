import { once } from 'node:events';
import { type BigIntStats } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';

/** Whoever holds the lock may be busy, or suspended: to know its id is not worth more. */
const ANSWER_MS = 1000;

/**
 * A lock on what a file is, whatever its name: its device and inode. It is a socket in Linux's abstract namespace, which has no
 * file that could be removed, and which the system drops with the process. Other systems have none.
 */
export class InodeLock {
  private constructor(private readonly server: Server) {}

  static readonly isPossible = process.platform === 'linux';

  /** Resolves with the lock, or with what is known of its holder: a process id, or undefined. */
  static async acquire({ dev, ino }: BigIntStats): Promise<InodeLock | { readonly holder?: number }> {
    const path = `\0scheduler-service/${String(dev)}:${String(ino)}`;
    const server = createServer((socket) => {
      socket.on('error', () => undefined).end(String(process.pid));
    });
    server.unref().listen({ path });
    try {
      await once(server, 'listening');
      return new InodeLock(server);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
      return holderOf(path);
    }
  }

  release(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}

async function holderOf(path: string): Promise<{ readonly holder?: number }> {
  const socket = connect({ path });
  const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
  try {
    const holder = Number(await text(socket));
    return holder > 0 ? { holder } : {};
  } catch {
    return {};
  } finally {
    clearTimeout(timer);
  }
}
