import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Environment } from '../../src/config/environment.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const known = new Set(Object.keys(new Environment()));

const environmentOfNodes =
  /x-node:.*?environment:\n(.*?) {2}depends_on/s.exec(read('compose.nodes.yaml'))?.[1] ?? '';

test('compose.nodes.yaml and Dockerfile set only what the service reads', () => {
  const inCompose = [...environmentOfNodes.matchAll(/^ +([A-Z_]+):/gm)].map(([, name]) => name ?? '');
  const inDockerfile = [...(/^ENV (.*)$/m.exec(read('Dockerfile'))?.[1] ?? '').matchAll(/([A-Z_]+)=/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'NODE_ENV');
  expect(inCompose).toEqual(['DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'ENCRYPTION_KEY']);
  expect(inDockerfile.length).toBeGreaterThan(3);
  expect([...inCompose, ...inDockerfile].filter((name) => !known.has(name))).toEqual([]);
});

test('nothing starts without a variable that is needed, and the message says what it has to be', () => {
  const variables = [...read('compose.nodes.yaml').matchAll(/\$\{(\w+)(?::\?([^}]+))?\}/g)];
  expect([...new Set(variables.map(([, name]) => name))].sort()).toEqual([
    'ENCRYPTION_KEY',
    'JWT_SECRET',
    'POSTGRES_PASSWORD',
  ]);
  for (const [, name, message] of variables) expect(message).toMatch(new RegExp(`^set ${String(name)} to `));
  // Compose asks for the variables of every service of a file: one process needs none.
  expect(read('compose.yaml')).not.toContain('${');
});

test('what the Dockerfile copies and starts is there', () => {
  const dockerfile = read('Dockerfile');
  const copied = /^COPY (package.*) \.\/$/m.exec(dockerfile)?.[1]?.split(' ') ?? [];
  expect(copied.length).toBe(3);
  const built = [...dockerfile.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, file]) => file ?? '');
  expect(built).toContain('web/dist');
  for (const file of [...copied, ...built, ...(/dist\/src\/main\.js/.exec(dockerfile) ?? [])])
    expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
});
