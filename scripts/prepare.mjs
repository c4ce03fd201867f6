// Makes a fresh clone ready to run: installs the locked packages, and Node where the host's is too old, and builds, when
// any of these is missing or out of date. It says what it does, needs nothing but some Node and npm, and costs little when all is
// ready.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, npmCi } from './install.mjs';
import { linkOwnNode, ownNodeFolder } from './own-node.mjs';

// `import.meta.dirname` is not there before Node 20.11, which this has to run on, too.
const here = dirname(fileURLToPath(import.meta.url));

const root = join(here, '..');
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

/** Does `work` unless `stamp` says that it was done for the same `state`. */
async function unlessDone(stamp, state, work) {
  const file = join(root, stamp);
  if (existsSync(file) && readFileSync(file, 'utf8') === state) return;
  await work();
  writeFileSync(file, state);
}

const path = await ownNodeFolder((folder) => npmCi(folder, 'installing Node 24'));
const packages = digest(['package-lock.json'], '');
await unlessDone('node_modules/.prepared', packages, () =>
  npmCi(root, 'installing the locked packages', path),
);
linkOwnNode(path);
await unlessDone('dist/.prepared', digest(SOURCES, packages), () =>
  npm('building the service', ['run', 'build:service', '--silent'], { path }),
);
await unlessDone('web/dist/.prepared', digest(WEB_SOURCES, packages), () =>
  npm('building the dashboard', ['run', 'build:web', '--silent'], { path }),
);
