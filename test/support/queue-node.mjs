// A process that takes runs from a BullMQ run queue and never finishes them: node queue-node.mjs URL PREFIX CONCURRENCY
// PER_LANE. It prints the id of every run it gets.
import { SystemClock } from '../../dist/src/clock/clock.js';
import { RedisConnections } from '../../dist/src/redis/redis-connections.js';
import { BullMqRunQueue } from '../../dist/src/run-queue/bullmq.run-queue.js';

const [url, prefix, concurrency, perLane] = process.argv.slice(2);
const redis = await RedisConnections.open(url);
const queue = new BullMqRunQueue(Number(concurrency), Number(perLane), new SystemClock(), redis, prefix);
queue.consume((id, begun) => {
  begun();
  process.stdout.write(`${id}\n`);
  return new Promise(() => undefined);
});
