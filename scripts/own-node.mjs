// The Node that runs everything here: the host's own, or, where that one is too old, a locked one from npm that is
// installed beside these scripts. `npm run` finds programs in node_modules/.bin first, so a link of that name there is
// all it takes: no process stands between npm and the service, and signals, arguments and exit codes pass as always.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

// `import.meta.dirname` is not there before Node 20.11, which this has to run on, too.
const here = dirname(fileURLToPath(import.meta.url));

const root = join(here, '..');
const LINK = join(root, 'node_modules/.bin/node');
const OWN_NODE = join(here, 'node/node_modules/.bin/node');

/** The oldest Node that everything runs on, as package.json says, such as [22, 19]. */
export const BASELINE = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  .engines.node.match(/\d+/g)
  .slice(0, 2)
  .map(Number);

export function isOldNode(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < BASELINE[0] || (major === BASELINE[0] && minor < BASELINE[1]);
}

/** Ends a script that was called by hand with a Node on which native modules would crash. */
export function refuseOldNode() {
  if (!isOldNode(process.versions.node)) return;
  process.stderr.write(
    `Node ${BASELINE.join('.')} or newer is needed; this is ${process.versions.node}. ` +
      'Use the npm scripts, such as npm start or npm test, which bring a newer Node along, or install Node 24.\n',
  );
  process.exit(1);
}

const isOwnNode = (file) => existsSync(OWN_NODE) && realpathSync(OWN_NODE) === realpathSync(file);

/** The version of the host's own Node; undefined where only the one brought along is seen, as by npm within an npm script. */
function hostVersion() {
  if (!isOwnNode(process.execPath)) return process.versions.node;
  const host = process.env.npm_node_execpath;
  if (!host || isOwnNode(host)) return undefined;
  return execFileSync(host, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
}

/**
 * The folder of the Node to use in place of the host's, installed by `npmCi(folder)` when it is missing; undefined where the host's
 * will do.
 */
export async function ownNodeFolder(npmCi) {
  const version = hostVersion();
  if (version !== undefined && !isOldNode(version)) return undefined;
  if (!existsSync(OWN_NODE)) {
    process.stderr.write(
      `prepare: Node ${version} is older than ${BASELINE.join('.')}: Node 24 is installed for this folder alone\n`,
    );
    await npmCi(join(here, 'node'));
    if (!existsSync(OWN_NODE)) {
      process.stderr.write(
        `prepare: npm has no Node 24 for ${process.platform} on ${process.arch}: install Node ${BASELINE.join('.')} or newer.\n`,
      );
      process.exit(1);
    }
  }
  return dirname(realpathSync(OWN_NODE));
}

/** Lets `npm run` use the Node in `folder`, or the host's where that is undefined. */
export function linkOwnNode(folder) {
  rmSync(LINK, { force: true });
  if (folder !== undefined) symlinkSync(relative(dirname(LINK), OWN_NODE), LINK);
}
