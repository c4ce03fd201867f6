import { refuseOldNode } from './scripts/own-node.mjs';
import { findPostgres } from './test/support/postgres-server.mjs';

refuseOldNode();

/** Suites that run on either database: what they show must hold on both. */
const ON_BOTH = [
  ...[
    'claim',
    'misfires',
    'overlaps',
    'retries',
    'recovery',
    'delivery',
    'changes',
    'lanes',
    'clock',
    'pruning',
  ],
  ...['alarms', 'templates'],
].map((name) => `test/engine/${name}.test.ts`);

const ON_BOTH_API = [
  ...[
    'races',
    'quotas',
    'roles',
    'runs',
    'run-commands',
    'list-schedules',
    'list-users',
    'one-schedule',
    'one-user',
  ],
  ...['overview', 'upcoming', 'recent-runs', 'many-schedules', 'events', 'event-streams', 'browser-session'],
  ...['create-schedule', 'create-user', 'secrets', 'api-keys', 'audit-log', 'sessions', 'sign-in-protection'],
  ...['revocation', 'in-flight', 'hosts', 'page-size', 'action-size'],
].map((name) => `test/api/${name}.test.ts`);

/** @type {import('jest').Config} */
const project = {
  testEnvironment: '<rootDir>/test/support/node-environment.mjs',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@fastify/static$': '<rootDir>/test/support/fastify-static.mjs',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
};

export default async () => {
  const postgres =
    (await findPostgres()) === undefined
      ? undefined
      : {
          ...project,
          displayName: 'postgres',
          globals: { testDatabase: 'postgres' },
          testMatch: [
            '<rootDir>/test/postgres/**/*.test.ts',
            '<rootDir>/test/migrations/data.test.ts',
            ...[...ON_BOTH, ...ON_BOTH_API].map((file) => `<rootDir>/${file}`),
          ],
          globalSetup: '<rootDir>/test/support/postgres-template.mjs',
          globalTeardown: '<rootDir>/test/support/postgres-template-drop.mjs',
        };
  return {
    projects: [
      {
        ...project,
        displayName: 'sqlite',
        testRegex: '\\.(spec|test)\\.ts$',
        testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/postgres/'],
      },
      ...(postgres ? [postgres] : []),
    ],
    testTimeout: 20_000,
    maxWorkers: '100%',
    // Jest keeps every module that a suite has loaded for as long as the worker lives, which at 4 GB does nothing but
    // collect garbage.
    workerIdleMemoryLimit: '1GB',
  };
};
