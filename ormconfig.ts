import { existsSync } from 'node:fs';
import { AuditEntry } from './src/audit/audit-entry.entity.js';
import { ApiKey } from './src/auth/api-key.entity.js';
import { SignInFailure } from './src/auth/sign-in-failure.entity.js';
import { Session } from './src/auth/session.entity.js';
import { AppConfig } from './src/config/app-config.js';
import { dataSourceOptions, toolDataSource } from './src/database/data-source.js';
import { Node } from './src/nodes/node.entity.js';
import { Run } from './src/runs/run.entity.js';
import { Schedule } from './src/schedules/schedule.entity.js';
import { Secret } from './src/secrets/secret.entity.js';
import { User } from './src/users/user.entity.js';

/** The data source of TypeORM's command line. It reads the same settings as the service. */
if (existsSync('.env')) process.loadEnvFile('.env');

export default toolDataSource({
  ...dataSourceOptions(AppConfig.fromProcess()),
  entities: [User, Session, ApiKey, SignInFailure, AuditEntry, Secret, Schedule, Run, Node],
});
