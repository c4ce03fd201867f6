// Makes a fresh clone ready to run: installs the locked packages and builds, when either is missing or out
// of date, and says what it does. It needs nothing but Node and npm, and costs little when all is ready.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const SOURCES = [
  'src',
  'migrations',
  'ormconfig.ts',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
const WEB_SOURCES = ['web/src', 'web/index.html', 'web/vite.config.ts', 'clients/typescript/src'];

/** A digest of files and folders, by path and content. */
function digest(paths, seed) {
  const hash = createHash('sha256').update(seed);
  const add = (path) => {
    const full = join(root, path);
    const entries = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) add(child);
      else if (!entry.name.endsWith('.spec.ts'))
        hash
          .update(child)
          .update('\0')
          .update(readFileSync(join(root, child)));
    }
  };
  for (const path of paths) {
    if (/\.\w+$/.test(path))
      hash
        .update(path)
        .update('\0')
        .update(readFileSync(join(root, path)));
    else add(path);
  }
  return hash.digest('hex');
}

/** Runs `work` unless `stamp` says that it was done for the same `state`. */
function unlessDone(stamp, state, work) {
  const file = join(root, stamp);
  if (existsSync(file) && readFileSync(file, 'utf8') === state) return;
  work();
  writeFileSync(file, state);
}

function npm(what, args) {
  const started = Date.now();
  process.stderr.write(`prepare: ${what} …\n`);
  const { status } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(`prepare: "npm ${args.join(' ')}" failed; its messages are above.\n`);
    process.exit(status ?? 1);
  }
  process.stderr.write(`prepare: done in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`prepare: Node 20.19 or newer is needed; this is ${process.versions.node}\n`);
  process.exit(1);
}

// A native module fits one ABI: another Node needs another install.
const packages = digest(['package-lock.json'], process.versions.modules);
unlessDone('node_modules/.prepared', packages, () => {
  npm('installing the locked packages', [
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
});
unlessDone('dist/.prepared', digest(SOURCES, packages), () => {
  npm('building the service', ['run', 'build:service', '--silent']);
});
unlessDone('web/dist/.prepared', digest(WEB_SOURCES, packages), () => {
  npm('building the dashboard', ['run', 'build:web', '--silent']);
});
