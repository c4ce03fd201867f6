// `npm run bench`: every scenario but nodes and soak. `npm run bench -- herd idle`: these. `--quick`: one small round each.
// Merges what was measured into bench/results.json, and writes bench/REPORT.md and bench/report.svg from it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { plot } from './plot.mjs';
import { report } from './report.mjs';
import { refuseOldNode } from '../scripts/own-node.mjs';

refuseOldNode();

const BY_DEFAULT = ['herd', 'sustained', 'startup', 'idle', 'api', 'http', 'occurrences'];
const BY_NAME = [...BY_DEFAULT, 'nodes', 'soak'];
const at = (path) => join(import.meta.dirname, path);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    rate: { type: 'string' },
    minutes: { type: 'string' },
    render: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !BY_NAME.includes(name));
if (unknown.length > 0) {
  console.error(`There is no scenario ${unknown.join(', ')}; there are ${BY_NAME.join(', ')}.`);
  process.exit(2);
}

/** Peers are no dependencies of the service: they are installed here, and measured where they can be. */
function installPeers() {
  const lock = readFileSync(at('peers/package-lock.json'), 'utf8');
  const stamp = at('peers/node_modules/.prepared');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('bench: installing the peers …');
  const { status } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--prefix', at('peers'), '--no-audit', '--no-fund', '--loglevel=error'],
    {
      stdio: ['ignore', 2, 2],
      cwd: at('peers'),
    },
  );
  if (status === 0) writeFileSync(stamp, lock);
  else console.error('bench: the peers cannot be installed; they will be reported as not available');
}

const versionOf = (name, folder) => {
  const file = at(`${folder}/node_modules/${name}/package.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : 'not available';
};

function output(command, args) {
  const { stdout, status } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'not available';
}

function versions() {
  const peers = Object.keys(JSON.parse(readFileSync(at('peers/package.json'), 'utf8')).dependencies);
  const [cpu] = cpus();
  return {
    processor: `${cpu?.model ?? 'unknown'}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: release(),
    Node: process.version,
    SQLite: new Database(':memory:').prepare('SELECT sqlite_version()').pluck().get(),
    Redis: /v=(\S+)/.exec(output('redis-server', ['--version']))?.[1] ?? 'not available',
    ...Object.fromEntries(
      ['better-sqlite3', 'typeorm', '@nestjs/core'].map((name) => [`${name} (ours)`, versionOf(name, '..')]),
    ),
    ...Object.fromEntries(peers.map((name) => [name, versionOf(name, 'peers')])),
    APScheduler: output('/usr/bin/python3', ['-c', 'import apscheduler; print(apscheduler.version)']),
  };
}

const FILE = at('results.json');
const results = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : { scenarios: {} };

function save() {
  writeFileSync(FILE, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(at('REPORT.md'), report(results, BY_NAME));
  writeFileSync(at('report.svg'), plot(results));
}

if (!options.render) {
  installPeers();
  results.versions = versions();
  let failed = false;
  for (const name of positionals.length > 0 ? positionals : BY_DEFAULT) {
    const scenario = await import(`./scenarios/${name}.mjs`);
    console.error(`bench: ${name}, ${scenario.title}`);
    const load = loadavg()[0];
    const begun = Date.now();
    try {
      const { quick, rate, minutes } = options;
      const rounds = Number(options.rounds ?? (quick ? 1 : 3));
      const measured = await scenario.run({ quick, rounds, rate, minutes, results });
      results.scenarios[name] = {
        title: scenario.title,
        measuredOn: new Date(begun).toISOString().slice(0, 10),
        seconds: Math.round((Date.now() - begun) / 1000),
        loadBefore: Number(load.toFixed(2)),
        quick,
        ...measured,
      };
      save();
    } catch (error) {
      failed = true;
      console.error(`bench: ${name} failed:`, error);
    }
  }
  process.exitCode = failed ? 1 : 0;
}
save();
