import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Which folders of src/ a folder may import, besides itself. Only app.* files, main.ts and openapi.ts see all. */
const MAY_IMPORT = {
  clock: ['config'],
  config: [],
  http: ['database'],
  timing: [],
  database: ['config', 'clock'],
  document: ['http'],
  metrics: ['http'],
  throttle: ['redis', 'config', 'http'],
  nodes: ['metrics', 'config', 'clock', 'database'],
  audit: ['config', 'clock', 'http', 'database'],
  users: ['throttle', 'audit', 'config', 'clock', 'http', 'database'],
  auth: ['throttle', 'audit', 'users', 'config', 'clock', 'http', 'database'],
  secrets: ['audit', 'users', 'config', 'clock', 'http', 'database'],
  actions: ['secrets', 'config', 'clock', 'http'],
  schedules: ['timing', 'actions', 'secrets', 'audit', 'users', 'config', 'clock', 'http', 'database'],
  redis: ['config', 'clock'],
  'run-queue': ['redis', 'config', 'clock'],
  runs: [
    'nodes',
    'metrics',
    'audit',
    'schedules',
    'actions',
    'run-queue',
    'timing',
    'config',
    'clock',
    'http',
    'database',
  ],
  scheduler: ['metrics', 'schedules', 'runs', 'run-queue', 'timing', 'clock', 'database'],
  events: ['redis', 'runs', 'schedules', 'metrics', 'config', 'clock', 'http', 'database'],
  overview: ['runs', 'schedules', 'clock', 'http', 'database'],
  health: ['scheduler', 'runs', 'redis', 'nodes', 'database', 'http'],
  dashboard: [],
};

const direction = (files, folder, allowed) => ({
  files: [`src/${folder}/${files}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(?:\\.\\./)+(?:(?!(?:${[folder, 'dto', ...allowed].join('|')})/)[a-z-]+/|(?:app|main|openapi)\\.)`,
            message: `${folder}/ may import ${allowed.join(', ') || 'nothing of ours'}: see MAY_IMPORT in eslint.config.mjs.`,
          },
        ],
      },
    ],
  },
});

/** Specs may use what helps tests, too. */
const directions = Object.entries(MAY_IMPORT).flatMap(([folder, allowed]) => [
  direction('**/*.ts', folder, allowed),
  direction('**/*.spec.ts', folder, [...allowed, 'test']),
]);

export default defineConfig(
  globalIgnores(['**/dist', 'coverage', 'data', 'clients/generators/made']),
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.tsx'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver-next': [
        createNodeResolver({
          extensions: ['.ts', '.tsx', '.js'],
          extensionAlias: { '.js': ['.ts', '.tsx', '.js'] },
        }),
      ],
    },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Classes of data stand for shapes: they are classes only to carry decorators.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      // A Nest module is a class of decorators.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      'import-x/no-cycle': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/clock/**', '**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Ask the Clock.',
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Ask the Clock.' },
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only config/ reads the environment.',
        },
      ],
    },
  },
  { files: ['src/config/app-config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  ...directions,
  { files: ['web/src/**/*.{ts,tsx}'], extends: [reactHooks.configs.flat['recommended-latest']] },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        ...{ process: 'readonly', console: 'readonly', performance: 'readonly' },
        ...{ fetch: 'readonly', setTimeout: 'readonly', URL: 'readonly' },
        ...{ setInterval: 'readonly', clearInterval: 'readonly' },
      },
    },
  },
  prettier,
);
