// Generated from openapi.json by "npm run sdk". Do not edit.
export * as audit from './audit.js';
export * as auth from './auth.js';
export * as events from './events.js';
export * as health from './health.js';
export * as overview from './overview.js';
export * as runs from './runs.js';
export * as schedules from './schedules.js';
export * as secrets from './secrets.js';
export * as service from './service.js';
export * as users from './users.js';
