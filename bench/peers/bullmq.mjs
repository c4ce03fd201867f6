// BullMQ: jobs delayed to the same instant (herd), or added and worked off as fast as it goes (throughput).
import { Queue, Worker } from 'bullmq';
import { startRedis } from './redis-server.mjs';

const { mode, count, fsync } = JSON.parse(process.argv[2]);
const redis = await startRedis(fsync);
const { connection } = redis;
const queue = new Queue('bench', { connection });
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6 + redis.cpuSeconds();
const SLICE = 500;

let done = 0;
let last = 0;
const work = () =>
  new Worker('bench', async () => undefined, { connection, concurrency: 256 }).on('completed', () => {
    done++;
    last = Date.now();
  });

async function add(options) {
  for (let i = 0; i < count; i += SLICE)
    await queue.addBulk(
      Array.from({ length: Math.min(SLICE, count - i) }, () => ({ name: 'log', data: {}, opts: options() })),
    );
}

async function until(giveUpMs) {
  const giveUp = Date.now() + giveUpMs;
  while (done < count && Date.now() < giveUp) await sleep(20);
}

const modes = {
  async herd() {
    const due = Math.ceil((Date.now() + 4000 + count / 2) / 1000) * 1000;
    await add(() => ({ delay: Math.max(0, due - Date.now()) }));
    const worker = work();
    await worker.waitUntilReady();
    await sleep(due - 200 - Date.now());
    const before = cpu();
    await until(120_000);
    return { worker, ran: done, finishedMs: last - due, cpuSeconds: +(cpu() - before).toFixed(2) };
  },
  async throughput() {
    const worker = work();
    await worker.waitUntilReady();
    const before = cpu();
    const begun = Date.now();
    await add(() => ({}));
    await until(120_000);
    const cpuSeconds = cpu() - before;
    return {
      worker,
      runsPerSecond: Math.round((done * 1000) / (last - begun)),
      cpuMicrosPerRun: Math.round((cpuSeconds / done) * 1e6),
    };
  },
};

const { worker, ...figures } = await modes[mode]();
await worker.close(true);
await queue.close();
await redis.stop();
console.log(JSON.stringify(figures));
process.exit();
