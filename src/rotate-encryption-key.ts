import { existsSync } from 'node:fs';
import { AppConfig } from './config/app-config.js';
import { dataSourceOptions, ServiceDataSource } from './database/data-source.js';
import { UnitOfWork } from './database/unit-of-work.js';
import { rotateKey } from './secrets/key-rotation.js';

/** Seals what is stored encrypted anew; see rotateKey. The service must be stopped: the file is locked. */
try {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = AppConfig.fromProcess();
  const database = await new ServiceDataSource(dataSourceOptions(config)).initialize();
  try {
    const unitOfWork = new UnitOfWork(database);
    const resealed = await rotateKey(config, (work) => unitOfWork.transaction(work));
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
