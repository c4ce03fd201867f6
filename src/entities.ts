import { AuditEntry } from './audit/audit-entry.entity.js';
import { ApiKey } from './auth/api-key.entity.js';
import { Session } from './auth/session.entity.js';
import { Node } from './nodes/node.entity.js';
import { Run } from './runs/run.entity.js';
import { Schedule } from './schedules/schedule.entity.js';
import { SealingKey } from './secrets/sealing-key.entity.js';
import { Secret } from './secrets/secret.entity.js';
import { SignInFailure } from './users/sign-in-failure.entity.js';
import { User } from './users/user.entity.js';

/** Every entity, for tools, which have no modules; each after those it refers to. */
export const ENTITIES = [
  User,
  Session,
  ApiKey,
  SignInFailure,
  AuditEntry,
  SealingKey,
  Secret,
  Schedule,
  Run,
  Node,
];
