// BullMQ job schedulers that are due every second, and some worker processes: how many of their jobs are done, how late.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Queue, Worker } from 'bullmq';
import { startRedis } from './redis-server.mjs';

const { count, workers, seconds, connection: given, from } = JSON.parse(process.argv[2]);
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));

/** Works until it is told to stop, and says then how late the jobs began that were due from `from` on. */
async function work(connection) {
  const lateness = [];
  const worker = new Worker(
    'bench',
    async (job) => {
      // repeat:<scheduler>:<the instant it is due>; its delay is cut off at 0 when it is made late.
      const due = Number(job.id.split(':').at(-1));
      if (due >= from && due < from + seconds * 1000) lateness.push(Date.now() - due);
    },
    { connection, concurrency: 256 },
  );
  await worker.waitUntilReady();
  await new Promise((resolve) => setTimeout(resolve, from + seconds * 1000 + 500 - Date.now()));
  await worker.close(true);
  process.send(lateness, () => process.exit());
}

async function direct() {
  const redis = await startRedis('always');
  const queue = new Queue('bench', { connection: redis.connection });
  const begin = Math.ceil((Date.now() + 4000 + count * 3) / 1000) * 1000;
  const children = Array.from({ length: workers }, () =>
    fork(fileURLToPath(import.meta.url), [
      JSON.stringify({ connection: redis.connection, seconds, from: begin + 2000 }),
    ]),
  );
  for (let i = 0; i < count; i += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        queue.upsertJobScheduler(
          `s${i + n}`,
          { pattern: '* * * * * *' },
          { opts: { removeOnComplete: true } },
        ),
      ),
    );
  const answers = await Promise.all(children.map((child) => once(child, 'message')));
  const lateness = answers.flatMap(([each]) => each).sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      runsPerSecond: Math.round(lateness.length / seconds),
      latenessP50Ms: lateness[lateness.length >> 1] ?? null,
      latenessP99Ms: lateness[Math.floor(lateness.length * 0.99)] ?? null,
    }),
  );
  await sleep(100);
  await queue.close();
  await redis.stop();
  process.exit();
}

await (given ? work(given) : direct());
