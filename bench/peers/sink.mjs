// Answers every call with 204 and remembers when the first and the last came. On SIGTERM: says so, and ends.
import { createServer } from 'node:http';

let calls = 0;
let first = 0;
let last = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    last = performance.now();
    if (calls++ === 0) first = last;
    response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.on('SIGTERM', () => {
  console.log(JSON.stringify({ calls, perSecond: Math.round(((calls - 1) * 1000) / (last - first)) }));
  process.exit();
});
