// Installs locked packages. They are put together in a folder of their own and take the place of the old ones when all
// are there: an install that fails or is interrupted leaves what was there.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// `import.meta.dirname` is not there before Node 20.11, which this has to run on, too.
const here = dirname(fileURLToPath(import.meta.url));

const root = join(here, '..');
const DRAFTS = join(root, '.prepare');
const PROGRESS_MS = 10_000;

/** Runs npm and says what for, and every ten seconds that it is still at work. Ends the process when npm fails. */
export async function npm(what, args, { cwd = root, path = '', remedy = '' } = {}) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  process.stderr.write(`prepare: ${what} …\n`);
  const progress = setInterval(() => {
    process.stderr.write(`prepare: ${what} … ${seconds()}\n`);
  }, PROGRESS_MS);
  const child = spawn('npm', args, {
    cwd,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, PATH: path ? `${path}:${process.env.PATH}` : process.env.PATH },
  });
  const status = await new Promise((resolve) => {
    child.on('error', () => resolve(127)).on('exit', (code) => resolve(code ?? 130));
  });
  clearInterval(progress);
  if (status !== 0) {
    process.stderr.write(`prepare: "npm ${args.join(' ')}" failed; its messages are above.\n${remedy}`);
    process.exit(status);
  }
  process.stderr.write(`prepare: done in ${seconds()}\n`);
}

const REMEDY =
  'prepare: What was installed before is as it was. Run the same command again once npm reaches its registry.\n';

/** The locked packages of a folder, into its node_modules. No package's own install script runs: none is needed. */
export async function npmCi(folder, what, path) {
  removeAbandoned();
  const draft = join(DRAFTS, String(process.pid));
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    cpSync(join(folder, file), join(draft, file));
  }
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await npm(what, args, { cwd: draft, path, remedy: REMEDY });
  const target = join(folder, 'node_modules');
  if (existsSync(target)) renameSync(target, join(draft, 'old'));
  renameSync(join(draft, 'node_modules'), target);
  rmSync(draft, { recursive: true });
  if (readdirSync(DRAFTS).length === 0) rmdirSync(DRAFTS);
}

/** What an interrupted install has left. A call that goes on at the same time keeps its own. */
function removeAbandoned() {
  for (const pid of existsSync(DRAFTS) ? readdirSync(DRAFTS) : []) {
    if (!isRunning(Number(pid))) rmSync(join(DRAFTS, pid), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
