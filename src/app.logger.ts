import { ConsoleLogger } from '@nestjs/common';
import type { AppConfig } from './config/app-config.js';

/** What Nest reports of its own wiring at every start; of interest only to those who change it. */
const WIRING = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

type JsonOptions = Parameters<ConsoleLogger['getJsonLogObject']>[1] & {
  writeStreamType?: 'stdout' | 'stderr';
};

/**
 * The service's log on standard output: a line of JSON per event, or coloured text for people. Lines of JSON that
 * come in the same turn of the event loop are written together: a write each is half the cost of a `log` run.
 */
export class AppLogger extends ConsoleLogger {
  private lines = '';

  constructor({ logLevels, logFormat }: AppConfig) {
    super({ logLevels, json: logFormat === 'json' });
    process.on('exit', () => {
      this.flush();
    });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (WIRING.has(String(rest.at(-1)))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }

  protected override printAsJson(message: unknown, options: JsonOptions): void {
    const line =
      options.writeStreamType === 'stderr' ? undefined : toJson(this.getJsonLogObject(message, options));
    if (line === undefined) {
      this.flush();
      super.printAsJson(message, options);
      return;
    }
    if (this.lines === '') {
      setImmediate(() => {
        this.flush();
      });
    }
    this.lines += `${line}\n`;
  }

  private flush(): void {
    if (this.lines !== '') process.stdout.write(this.lines);
    this.lines = '';
  }
}

/** Undefined for what JSON has no words for, such as circles, which Nest writes in its own way, slowly. */
function toJson(record: Record<string, unknown>): string | undefined {
  try {
    return JSON.stringify(record);
  } catch {
    return undefined;
  }
}
