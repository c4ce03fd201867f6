import './node-version.js';
import { existsSync } from 'node:fs';
import { AppConfig } from './config/app-config.js';
import { dataSourceOptions, serviceDataSource, unitOfWorkOn } from './database/data-source.js';
import { ENTITIES } from './entities.js';
import { rotateKey } from './secrets/key-rotation.js';

/** Seals what is stored encrypted anew; see rotateKey. The service must be stopped: the database is locked. */
try {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = AppConfig.fromProcess();
  const database = await serviceDataSource({
    ...dataSourceOptions(config),
    entities: ENTITIES,
  }).initialize();
  try {
    const unitOfWork = unitOfWorkOn(database);
    const resealed = await rotateKey(config, unitOfWork);
    process.stdout.write(`${String(resealed)} values are sealed with the new key.\n`);
  } finally {
    await database.destroy();
  }
} catch (error) {
  process.stderr.write(
    `The key was not rotated; nothing is lost.\n${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
