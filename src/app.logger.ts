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

/** The service's log on standard output: a line of JSON per event, or coloured text for people. */
export class AppLogger extends ConsoleLogger {
  constructor({ logLevels, logFormat }: AppConfig) {
    super({ logLevels, json: logFormat === 'json' });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (WIRING.has(String(rest.at(-1)))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
