import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers up to this length are not counted: a connection has one at a time, and the system mostly takes it whole. */
const SMALL_BYTES = 16 * 1024;

/** So many bytes of answers may wait for their readers. Twice as many may for a moment. */
const MOST_BYTES = 32 * 1024 * 1024;

/** An answer may wait so long, whatever others want. */
const PATIENCE_MS = 1000;

interface Unread {
  bytes: number;
  readonly since: number;
}

/**
 * Answers of this process that wait in its memory for their readers. Where they are too many, the connections are
 * closed whose answers wait longest: without a limit, a few readers that do not read would end the process.
 */
export class UnreadAnswers {
  private readonly logger = new Logger(UnreadAnswers.name);
  /** The oldest first. */
  private readonly answers = new Map<ServerResponse, Unread>();
  private readonly waiting: (() => void)[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly most = MOST_BYTES,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** Counts an answer that is about to be sent until it is read or its connection is closed. */
  add(answer: ServerResponse, bytes: number): void {
    if (bytes <= SMALL_BYTES || answer.destroyed) return;
    this.makeRoom(this.most - bytes);
    this.answers.set(answer, { bytes, since: performance.now() });
    this.bytes += bytes;
    answer.once('close', () => {
      this.remove(answer);
    });
    this.watch();
  }

  /** Resolves when another answer may be made. Somebody who does not read keeps nobody waiting for long. */
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
    }, this.patienceMs / 4).unref();
  }

  /** Closes connections until less than `wanted` waits, as far as their answers have waited long enough. */
  private makeRoom(wanted: number): void {
    if (this.bytes < wanted) return;
    // What was sent meanwhile.
    for (const [answer, unread] of this.answers) this.count(unread, answer.writableLength);
    const late = performance.now() - this.patienceMs;
    let closed = 0;
    for (const [answer, { since, bytes }] of this.answers) {
      const enough = since <= late ? wanted : wanted + this.most;
      if (this.bytes < enough || bytes === 0) continue;
      this.remove(answer);
      answer.destroy();
      closed++;
    }
    if (closed > 0) this.logger.warn(`Closed ${String(closed)} connections that did not read their answers`);
    this.release();
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
