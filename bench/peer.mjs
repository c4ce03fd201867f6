// Runs one process of bench/peers (or another script of the suite) and takes the JSON line it prints.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clearTimeout } from 'node:timers';

const FOLDER = join(import.meta.dirname, 'peers');
/** Debian's interpreter, for which python3-apscheduler and python3-sqlalchemy are packaged. */
const PYTHON = '/usr/bin/python3';

/**
 * Starts bench/peers/`script` with its input as a JSON argument. `line` resolves with the object it prints last, or
 * with { unavailable: why } when it fails, takes too long, or what it needs is not installed.
 */
export function startPeer(script, input = {}, { timeoutMs = 300_000, nodeArgs = [] } = {}) {
  const file = join(FOLDER, script);
  const [command, ...args] = script.endsWith('.py')
    ? [PYTHON, file]
    : [process.execPath, ...nodeArgs, '--no-warnings', file];
  if (!existsSync(command)) return { line: Promise.resolve({ unavailable: `no ${command}` }) };
  const child = spawn(command, [...args, JSON.stringify(input)], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, line: lastLine(child, timeoutMs) };
}

export const runPeer = (script, input, options) => startPeer(script, input, options).line;

async function lastLine(child, timeoutMs) {
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors = (errors + text).slice(-4000)));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  try {
    await once(child, 'close');
  } catch (error) {
    errors += String(error);
  }
  clearTimeout(timer);
  const line = output.trim().split('\n').at(-1);
  if (line.startsWith('{')) return JSON.parse(line);
  const why =
    /^.*(?:Error|Cannot find|not available)[^\n]*/m.exec(errors)?.[0].trim() ?? errors.trim().slice(-200);
  return { unavailable: late ? `no result within ${timeoutMs / 1000} s` : why || 'it printed nothing' };
}
