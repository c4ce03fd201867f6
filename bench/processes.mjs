// What the benchmarks need to know of processes.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A port of the loopback that nobody listens at. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** User and system time in hundredths of a second: of a process, and of its children that have ended. See proc(5). */
function ticks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return { own: Number(fields[11]) + Number(fields[12]), ended: Number(fields[13]) + Number(fields[14]) };
}

/** Seconds of CPU that a process has used. */
export const cpuSeconds = (pid) => ticks(pid).own / 100;

/** The same, with its children, those that have ended and those that have not. */
export function cpuSecondsOfFamily(pid) {
  const { own, ended } = ticks(pid);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const ofChild = (child) => {
    try {
      return ticks(child).own;
    } catch {
      return 0; // It has just ended.
    }
  };
  return children.reduce((sum, child) => sum + ofChild(child), own + ended) / 100;
}
