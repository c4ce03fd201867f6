// The limit of HTTP actions: undici sends the same calls, so many at a time, and remembers nothing.
import { Agent, request } from 'undici';

const { url, count, concurrency, body } = JSON.parse(process.argv[2]);
const dispatcher = new Agent({ connections: concurrency });
const headers = {
  'content-type': 'application/json',
  'idempotency-key': '1',
  'webhook-id': '1',
  'webhook-timestamp': '1893456000',
  'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  'user-agent': 'bench',
};
let sent = 0;
async function worker() {
  while (sent++ < count) {
    const { body: answer } = await request(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      dispatcher,
    });
    await answer.dump();
  }
}
const before = process.cpuUsage();
await Promise.all(Array.from({ length: concurrency }, worker));
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpuMicroseconds: Math.round((user + system) / count) }));
process.exit();
