import './src/node-version.js';
import { existsSync } from 'node:fs';
import { AppConfig } from './src/config/app-config.js';
import { dataSourceOptions, toolDataSource } from './src/database/data-source.js';
import { ENTITIES } from './src/entities.js';

/** The data source of TypeORM's command line. It reads the same settings as the service. */
if (existsSync('.env')) process.loadEnvFile('.env');

export default toolDataSource({ ...dataSourceOptions(AppConfig.fromProcess()), entities: ENTITIES });
