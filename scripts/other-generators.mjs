// Has generators of other people make clients from openapi.json, or the document that is named: what they stumble over,
// or warn of, other languages' generators will, too. They are no dependencies of the service: they are installed into
// clients/generators when needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { operationsOf } from './operations.mjs';

const root = join(import.meta.dirname, '..');
const home = join(root, 'clients/generators');
const document = resolve(process.argv[2] ?? join(root, 'openapi.json'));

/** What each makes, and how an operation is found in it. */
const GENERATORS = {
  'openapi-typescript': {
    args: (file) => [document, '-o', file],
    names: (id) => new RegExp(`\\b${id}: \\{`),
  },
  'swagger-typescript-api': {
    args: (file, folder) => [
      'generate',
      '--path',
      document,
      '--output',
      folder,
      '--name',
      file.slice(folder.length + 1),
    ],
    names: (id) => new RegExp(`\\b${id}(:| =) \\(`),
  },
};

function run(command, args, cwd = root) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    shell: process.platform === 'win32',
  });
  return { status, output: `${stdout ?? ''}${stderr ?? ''}` };
}

function install() {
  const stamp = join(home, 'node_modules/.prepared');
  const lock = readFileSync(join(home, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const { status, output } = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], home);
  if (status !== 0) throw new Error(output);
  writeFileSync(stamp, lock);
}

/** @throws Error with what the generator, or the compiler, said */
function check(name, { args, names }, ids, folder) {
  const file = join(folder, `${name}.ts`);
  const bin = join(home, 'node_modules/.bin');
  const { status, output } = run(join(bin, name), args(file, folder));
  if (status !== 0 || /warn|error/i.test(output)) throw new Error(`${name}:\n${output}`);
  const made = readFileSync(file, 'utf8');
  const missing = ids.filter((id) => !names(id).test(made));
  if (missing.length > 0) throw new Error(`${name} has left out ${missing.join(', ')}`);
  const compiled = run(join(bin, 'tsc'), [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    file,
  ]);
  if (compiled.status !== 0) throw new Error(`what ${name} made does not compile:\n${compiled.output}`);
  const { version } = JSON.parse(readFileSync(join(home, 'node_modules', name, 'package.json'), 'utf8'));
  process.stdout.write(
    `${name} ${version}: ${ids.length} operations, no warning, and what it made compiles\n`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'generators-'));
try {
  const operations = operationsOf(JSON.parse(readFileSync(document, 'utf8')));
  const ids = operations.map(({ operation }) => operation.operationId);
  install();
  for (const [name, generator] of Object.entries(GENERATORS)) check(name, generator, ids, folder);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
