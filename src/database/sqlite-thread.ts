import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Rows of a statement that returns some, else how many it changed, and the id of the last that was inserted. */
export interface Answer {
  readonly rows?: readonly Record<string, unknown>[];
  readonly changes?: number;
  readonly lastInsertRowid?: number | bigint;
}

/** What the thread sends back. */
export interface Reply extends Answer {
  readonly error?: { readonly message: string; readonly code?: string };
  readonly inTransaction: boolean;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * A connection to a SQLite file in a thread of its own, so that neither SQL nor the disk keeps the event loop waiting.
 * Statements are carried out in the order they are given.
 */
export class SqliteThread {
  private readonly waiting: Waiting[] = [];
  /** What is asked in one turn goes in one message: each costs a turn of two event loops. */
  private outbox: (readonly Statement[])[] = [];
  private ended: Error | undefined;
  /** Whether the connection was in a transaction when it answered last. */
  inTransaction = false;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.settle(reply);
    });
    worker.on('error', (error) => {
      this.end(error);
    });
    worker.on('exit', () => {
      this.end(new Error('the thread of the database has ended'));
    });
  }

  /** @param pragmas how the connection is to be set up, as `journal_mode = WAL` */
  static async open(file: string, pragmas: readonly string[]): Promise<SqliteThread> {
    const script = new URL('./sqlite-thread.worker.js', import.meta.url);
    const thread = new SqliteThread(new Worker(script, { workerData: { file, pragmas } }));
    await thread.run([]);
    return thread;
  }

  /** Whether it can be asked; once it cannot, it never will be again. */
  get isOpen(): boolean {
    return this.ended === undefined;
  }

  /**
   * Carries out statements, one after the other, and resolves with the answer of the last. They begin a transaction, or
   * belong to one.
   *
   * @throws SqliteError of the first that fails; those behind it are left out
   */
  run(statements: readonly Statement[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(this.ended);
        return;
      }
      // It keeps the process alive while an answer is due, and only then.
      if (this.waiting.push({ resolve, reject }) === 1) this.worker.ref();
      if (this.outbox.push(statements) === 1) queueMicrotask(this.send);
    });
  }

  /** Closes the connection once it has answered all it was asked. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    const exit = once(this.worker, 'exit');
    this.worker.ref();
    this.send();
    this.worker.postMessage('close');
    await exit;
  }

  private readonly send = (): void => {
    const asked = this.outbox;
    this.outbox = [];
    if (asked.length === 0) return;
    try {
      this.worker.postMessage(asked);
    } catch (error) {
      // A value that cannot be copied to the thread: those who asked last are told, and the thread goes on.
      for (const { reject } of this.waiting.splice(-asked.length)) reject(error as Error);
      if (this.waiting.length === 0) this.worker.unref();
    }
  };

  private settle({ error, inTransaction, ...answer }: Reply): void {
    this.inTransaction = inTransaction;
    const { resolve, reject } = this.waiting.shift() as Waiting;
    if (this.waiting.length === 0) this.worker.unref();
    if (error) reject(new Database.SqliteError(error.message, error.code ?? 'SQLITE_ERROR'));
    else resolve(answer);
  }

  private end(reason: Error): void {
    this.ended ??= reason;
    for (const { reject } of this.waiting.splice(0)) reject(reason);
  }
}
