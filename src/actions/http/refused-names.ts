import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

/** So many names are told in so long at most: users can make up any number of them. */
const MOST_TOLD = 100;
const FORGOTTEN_AFTER_MS = 3_600_000;

/** Tells the operator, and nobody else, which addresses the names have that are not called. */
export class RefusedNames {
  private readonly logger = new Logger(RefusedNames.name);
  private readonly told = new LRUCache<string, true>({ max: MOST_TOLD, ttl: FORGOTTEN_AFTER_MS });

  /** Each name once in a while. */
  note(host: string, fault: string): void {
    this.told.purgeStale();
    if (this.told.has(host) || this.told.size >= MOST_TOLD) return;
    this.told.set(host, true);
    this.logger.warn(`${host} is not called: ${fault}`);
  }
}
