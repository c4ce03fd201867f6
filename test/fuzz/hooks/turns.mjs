// Preloaded into a service: tells, on a port of its own, how long the longest turn of its event loop was since it was
// asked last.
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 2;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

const server = createServer((_request, response) => {
  response.end(String(Math.max(0, delay.max / 1e6 - RESOLUTION_MS)));
  delay.reset();
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`turns at ${server.address().port}\n`);
});
server.unref();
