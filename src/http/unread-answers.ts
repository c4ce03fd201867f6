import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers up to this length are not counted: a connection has one at a time, and the system mostly takes it whole. */
const SMALL_BYTES = 16 * 1024;

/** So many bytes of answers may wait for their readers. Half as many more may for a moment. */
const MOST_BYTES = 32 * 1024 * 1024;

/** While too much waits, at least so much of an answer has to be read in each stretch of so long. */
const STRETCH_MS = 500;
const LEAST_BYTES_PER_SECOND = 256 * 1024;

/** Connections that are closed are told of so often at most. */
const LOG_EVERY_MS = 10_000;

interface Unread {
  bytes: number;
  /** When the stretch began in which its reader is watched, and how many bytes were not sent then. */
  since: number;
  unsentThen: number;
}

/**
 * Answers of this process that wait in its memory for their readers. Where they are too many, the connections of slow
 * readers are closed: without a limit, a few that do not read would end the process.
 */
export class UnreadAnswers {
  private readonly logger = new Logger(UnreadAnswers.name);
  /** The oldest first. */
  private readonly answers = new Map<ServerResponse, Unread>();
  private readonly waiting: (() => void)[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = 0;
  private toldAt = -Infinity;

  constructor(
    private readonly most = MOST_BYTES,
    private readonly stretchMs = STRETCH_MS,
  ) {}

  /** Counts an answer that is about to be sent until it is read or its connection is closed. */
  add(answer: ServerResponse, bytes: number): void {
    if (bytes <= SMALL_BYTES || answer.destroyed) return;
    this.makeRoom(this.most - bytes);
    this.answers.set(answer, { bytes, unsentThen: bytes, since: performance.now() });
    this.bytes += bytes;
    answer.once('close', () => {
      this.remove(answer);
    });
    this.watch();
  }

  /** Resolves when another answer may be made. A slow reader keeps nobody waiting for long. */
  async room(): Promise<void> {
    while (this.bytes >= this.most) {
      this.watch();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Looks again as long as there is too much. */
  private watch(): void {
    if (this.timer || this.bytes < this.most) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.makeRoom(this.most);
      this.watch();
    }, this.stretchMs / 4).unref();
  }

  /** Closes connections until less than `wanted` waits, as far as their answers have waited long enough. */
  private makeRoom(wanted: number): void {
    if (this.bytes < wanted) return;
    // What was sent meanwhile.
    for (const [answer, unread] of this.answers) this.count(unread, answer.writableLength);
    const now = performance.now();
    for (const [answer, unread] of this.answers) {
      if (this.bytes < (this.isSlow(unread, unsent(answer), now) ? wanted : wanted + this.most / 2)) continue;
      this.remove(answer);
      answer.destroy();
      this.closed++;
    }
    this.tell(now);
    this.release();
  }

  /** The first stretch begins with what the system takes at once, for a reader that does not read, too. */
  private isSlow(unread: Unread, unsent: number, now: number): boolean {
    const elapsed = now - unread.since;
    if (elapsed < this.stretchMs) return false;
    if (unread.unsentThen - unsent < (LEAST_BYTES_PER_SECOND * elapsed) / 1000) return true;
    [unread.since, unread.unsentThen] = [now, unsent];
    return false;
  }

  private tell(now: number): void {
    if (this.closed === 0 || now - this.toldAt < LOG_EVERY_MS) return;
    this.logger.warn(
      `Closed ${String(this.closed)} connections whose clients did not read their answers: more than ` +
        `${String(this.most)} bytes were waiting for them`,
    );
    [this.closed, this.toldAt] = [0, now];
  }

  private remove(answer: ServerResponse): void {
    const unread = this.answers.get(answer);
    if (!unread) return;
    this.answers.delete(answer);
    this.count(unread, 0);
    this.release();
  }

  private count(unread: Unread, bytes: number): void {
    this.bytes += bytes - unread.bytes;
    unread.bytes = bytes;
  }

  private release(): void {
    if (this.bytes >= this.most) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/**
 * The bytes of an answer that the system has not taken yet. Node keeps a text, and counts it in `writableLength`, until
 * all of it is taken; how far that has come, only the connection's handle knows.
 */
function unsent({ socket, writableLength }: ServerResponse): number {
  const { writeQueueSize } =
    (socket as { _handle?: { writeQueueSize?: number } | null } | null)?._handle ?? {};
  return Math.min(writableLength, writeQueueSize ?? writableLength);
}

/** Those of this process. */
export const unreadAnswers = new UnreadAnswers();

/** So much of a file is read ahead of its reader. */
const READ_AHEAD_BYTES = 128 * 1024;

/** Counts whatever is sent, but for streams of events, which have limits of their own. */
export function countUnread(
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  next: () => void,
): void {
  if (typeof payload === 'string' || payload instanceof Uint8Array)
    unreadAnswers.add(reply.raw, payload.length);
  else if (payload !== null && reply.hasHeader('content-length'))
    unreadAnswers.add(reply.raw, Math.min(Number(reply.getHeader('content-length')) || 0, READ_AHEAD_BYTES));
  next();
}
