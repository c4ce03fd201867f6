import './node-version.js';
import { existsSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppLogger } from './app.logger.js';
import { AppModule } from './app.module.js';
import { httpAdapter, setUpApp } from './app.setup.js';
import { AppConfig, describeDatabase, InvalidSettings } from './config/app-config.js';
import { DatabaseInUse } from './database/database-in-use.js';
import { KeyFileFault } from './database/key-file-fault.js';
import { NewerDatabase } from './database/newer-database.js';
import { Metrics } from './metrics/metrics.js';
import { surviveFaults } from './process-faults.js';
import { MissingKeys } from './secrets/vault.js';

const MENDABLE = [InvalidSettings, DatabaseInUse, NewerDatabase, KeyFileFault, MissingKeys];

/** Starts the service and reports when it answers. SIGTERM and SIGINT stop it in order. */
async function main(): Promise<void> {
  // What is written here, keys and database, is for the service's user alone.
  process.umask(0o077);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = AppConfig.fromProcess();
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, httpAdapter(config), {
    logger: new AppLogger(config),
    abortOnError: false,
  });
  // What fails before is a fault of the start, which ends it.
  surviveFaults(app.get(Metrics));
  setUpApp(app).enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  new Logger('Service').log(
    `ready at ${url} (dashboard: ${url}/dashboard, Swagger UI: ${url}/docs), data in ${describeDatabase(config.database)}`,
  );
}

main().catch((error: unknown) => {
  // What an operator can mend needs words; what we have to mend needs the stack, too.
  const mendable = MENDABLE.some((kind) => error instanceof kind);
  const reason = error instanceof Error ? (mendable ? error.message : error.stack) : error;
  process.stderr.write(`The service did not start.\n${String(reason)}\n`);
  process.exit(1);
});
