import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OLDEST_NODE } from '../../src/node-version.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';

const ROOT = join(import.meta.dirname, '../..');

/** An npm that notes how it was called, and installs one package, or what `FAIL` says. */
const NPM = `#!/bin/sh
echo "$PWD|$*" >> "$CALLS"
[ "$1" = ci ] || { mkdir -p dist web/dist; exit 0; }
mkdir -p node_modules/.bin node_modules/installed-now
[ -z "$FAIL" ] || exit "$FAIL"
ln "$NODE" node_modules/.bin/node 2>/dev/null || cp "$NODE" node_modules/.bin/node
`;

/** What a process said, and its exit code. */
type Ended = [said: string, [status: number | null]];

/** Lets Node tell a version that it has not. */
const asNode = (version: string): string =>
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;

describe('the preparation of a clone', () => {
  let clone: string;

  beforeEach(() => {
    clone = scratchFolder();
    for (const file of [
      'scripts',
      'package.json',
      'package-lock.json',
      '.npmrc',
      'ormconfig.ts',
      'nest-cli.json',
    ]) {
      cpSync(join(ROOT, file), join(clone, file), {
        recursive: true,
        filter: (path) => !path.includes('node_modules'),
      });
    }
    for (const file of ['tsconfig.json', 'tsconfig.build.json', 'web/index.html', 'web/vite.config.ts']) {
      cpSync(join(ROOT, file), join(clone, file));
    }
    for (const folder of ['src', 'migrations', 'web/src', 'clients/typescript/src', 'bin']) {
      mkdirSync(join(clone, folder), { recursive: true });
    }
    writeFileSync(join(clone, 'bin/npm'), NPM, { mode: 0o755 });
  });

  afterEach(() => {
    removeFolder(clone);
  });

  async function prepare(
    version: string,
    fail = '',
  ): Promise<{ status: number | null; said: string; calls: string[] }> {
    const calls = join(clone, 'calls');
    const child = spawn(process.execPath, ['--import', asNode(version), 'scripts/prepare.mjs'], {
      cwd: clone,
      env: {
        PATH: `${join(clone, 'bin')}:${process.env['PATH'] ?? ''}`,
        CALLS: calls,
        FAIL: fail,
        NODE: process.execPath,
      },
    });
    const [said, [status]] = (await Promise.all([text(child.stderr), once(child, 'exit')])) as Ended;
    const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    writeFileSync(calls, '');
    return { status, said, calls: lines.filter((line) => line !== '') };
  }

  const link = (): string => join(clone, 'node_modules/.bin/node');

  it('installs and builds once', async () => {
    const first = await prepare('24.1.0');
    expect(first.status).toBe(0);
    expect(
      first.calls.map((call) =>
        call
          .replace(/^[^|]*\|/, '')
          .split(' ')
          .slice(0, 2)
          .join(' '),
      ),
    ).toEqual(['ci --include=dev', 'run build:service', 'run build:web']);
    expect(existsSync(join(clone, 'node_modules/installed-now'))).toBe(true);
    expect(existsSync(join(clone, '.prepare'))).toBe(false);
    expect((await prepare('24.1.0')).calls).toEqual([]);
  });

  it('leaves the packages that are there when npm fails, and says what to do', async () => {
    mkdirSync(join(clone, 'node_modules/installed-before'), { recursive: true });
    const { status, said } = await prepare('24.1.0', '7');
    expect(status).toBe(7);
    expect(said).toContain('Run the same command again once npm reaches its registry');
    expect(existsSync(join(clone, 'node_modules/installed-before'))).toBe(true);
    expect((await prepare('24.1.0')).status).toBe(0);
    expect(existsSync(join(clone, 'node_modules/installed-before'))).toBe(false);
    expect(existsSync(join(clone, '.prepare'))).toBe(false);
  });

  it.each(['20.20.2', '22.18.0'])(
    'brings a newer Node along where it is %s, for npm run to use',
    async (version) => {
      const { status, said, calls } = await prepare(version);
      expect(status).toBe(0);
      expect(said).toContain(`Node ${version} is older than ${OLDEST_NODE}`);
      expect(calls).toHaveLength(4);
      expect(readlinkSync(link())).toBe('../../scripts/node/node_modules/.bin/node');
      expect((await prepare(version)).calls).toEqual([]);
    },
  );

  it.each(['22.19.0', '26.0.0'])(
    'uses the Node of the host where it is %s, also after an older one',
    async (version) => {
      await prepare('20.20.2');
      expect(existsSync(link())).toBe(true);
      await prepare(version);
      expect(existsSync(link())).toBe(false);
    },
  );

  it('keeps the Node that was brought along when npm itself runs on it', async () => {
    await prepare('20.20.2');
    const own = spawn(link(), ['scripts/prepare.mjs'], {
      cwd: clone,
      env: { PATH: process.env['PATH'], npm_node_execpath: link() },
    });
    expect(await once(own, 'exit')).toEqual([0, null]);
    expect(existsSync(link())).toBe(true);
  });

  it('has one number for the oldest Node, in package.json and in the programs', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe(`>=${OLDEST_NODE}.0`);
  });
});

describe.each(['main', 'backup', 'migrate-data', 'rotate-encryption-key', 'openapi'])(
  '%s on an old Node',
  (program) => {
    it('says what to do instead of crashing', async () => {
      const child = spawn(process.execPath, [
        '--import',
        asNode('20.20.2'),
        join(ROOT, `dist/src/${program}.js`),
      ]);
      const [said, [status]] = (await Promise.all([text(child.stderr), once(child, 'exit')])) as Ended;
      expect(said).toMatch(/^Node 22\.19 or newer is needed; this is 20\.20\.2\. .*npm start.*\n$/);
      expect(status).toBe(1);
    });
  },
);
