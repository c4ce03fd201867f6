import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';

/** When there was no fault for so long, the next one is said again. */
const QUIET_MS = 60_000;

/** Whether an error means that the process, or the machine, can open no more files and connections. */
export const isOutOfFiles = (error: unknown): boolean =>
  /^(EMFILE|ENFILE)$/.test(String((error as { code?: unknown } | null)?.code));

/** How many files and connections this process may have open; undefined where the system does not say. */
export function openFilesLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** Says in the log that files or connections run out: once, however often it happens. */
export class OutOfFiles {
  private readonly logger = new Logger(OutOfFiles.name);
  /** Read before: later there is no file left for that. */
  private readonly limit = openFilesLimit();
  private last = -Infinity;

  /** @param consequence what does not work meanwhile */
  constructor(private readonly consequence: string) {}

  report(): void {
    const now = performance.now();
    const isNew = now - this.last > QUIET_MS;
    this.last = now;
    if (!isNew) return;
    const { limit } = this;
    this.logger.error(
      `Too many files and connections are open${limit === undefined ? '' : ` (limit: ${String(limit)})`}: ` +
        `${this.consequence}. Raise the limit (ulimit -n, LimitNOFILE=).`,
    );
  }
}
