import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RotatedSecretDto } from '../../src/schedules/dto/rotated-secret.dto.js';
import type { Answer, SignedInClient } from './api-client.js';

const FILE = join(import.meta.dirname, '../../docs/webhooks.md');

/** What users are told of calls, as text. */
export const page = readFileSync(FILE, 'utf8');

/** The code of a fence whose info string names this file. */
export function snippet(file: string): string {
  const [found, ...more] = [...page.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)].filter(
    ([, name]) => name === file,
  );
  if (found?.[2] === undefined || more.length > 0) throw new Error(`not one snippet of file=${file}`);
  return found[2];
}

/** The rows of the table whose first column has that heading. */
export function table(heading: string): string[][] {
  const lines = page.slice(page.indexOf(`\n| ${heading} `) + 1).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

export const codesIn = (markdown: string): string[] =>
  [...markdown.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code ?? []);

/** Rotates a schedule's secret by the request that the page shows. */
export function rotate(user: SignedInClient, id: number): Promise<Answer<RotatedSecretDto>> {
  const [, method, path] = /-X (\w+) http:\/\/127\.0\.0\.1:8000(\S+)/.exec(snippet('rotate.sh')) ?? [];
  return user.request(String(method), String(path).replace('/1/', `/${String(id)}/`));
}
