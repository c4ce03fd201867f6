import { existsSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { Session } from './src/auth/session.entity.js';
import { AppConfig } from './src/config/app-config.js';
import { dataSourceOptions } from './src/database/data-source.js';
import { Run } from './src/runs/run.entity.js';
import { Schedule } from './src/schedules/schedule.entity.js';
import { Secret } from './src/secrets/secret.entity.js';
import { User } from './src/users/user.entity.js';

/** The data source of TypeORM's command line. It reads the same settings as the service. */
if (existsSync('.env')) process.loadEnvFile('.env');

export default new DataSource({
  ...dataSourceOptions(AppConfig.fromProcess()),
  entities: [User, Session, Secret, Schedule, Run],
});
