// Cron libraries that hold every job in memory, a timer each: cron (what @nestjs/schedule uses), croner, node-schedule.
const { mode, library, count = 1, seconds = 15 } = JSON.parse(process.argv[2]);

const schedulers = {
  cron: async () => {
    const { CronJob } = await import('cron');
    return (pattern, work) => CronJob.from({ cronTime: pattern, onTick: work, start: true, timeZone: 'UTC' });
  },
  croner: async () => {
    const { Cron } = await import('croner');
    return (pattern, work) => new Cron(pattern, { timezone: 'UTC' }, work);
  },
  'node-schedule': async () => {
    const { default: library } = await import('node-schedule');
    return (pattern, work) => library.scheduleJob({ rule: pattern, tz: 'UTC' }, work);
  },
  // One setTimeout for each second: what the machine itself can do.
  timer: async () => (_pattern, work) => {
    const arm = () => {
      const due = Math.floor(Date.now() / 1000) * 1000 + 1000;
      setTimeout(function wait() {
        // Timers may come a millisecond early.
        if (Date.now() < due) return void setTimeout(wait, 1);
        work();
        arm();
      }, due - Date.now());
    };
    arm();
  },
};

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const rssMb = () => Math.round(process.memoryUsage().rss / 1_048_576);
const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
const patternAt = (instant) =>
  `${instant.getUTCSeconds()} ${instant.getUTCMinutes()} ${instant.getUTCHours()} * * *`;

const begun = performance.now();
const schedule = await schedulers[library]();

const modes = {
  async herd() {
    const sampled = performance.now();
    for (let i = 0; i < 50; i++) schedule('0 0 0 1 1 *', () => undefined);
    const armMs = ((performance.now() - sampled) / 50) * count;
    const due = Math.ceil((Date.now() + 3000 + 1.5 * armMs) / 1000) * 1000;
    let ran = 0;
    let last = 0;
    for (let i = 0; i < count; i++)
      schedule(patternAt(new Date(due)), () => {
        ran++;
        last = Date.now();
      });
    const spare = due - Date.now();
    if (spare < 0) throw new Error(`Error: the jobs took ${-spare} ms too long to arm`);
    await sleep(spare - 200);
    const before = cpu();
    const giveUp = Date.now() + 120_000;
    while (ran < count && Date.now() < giveUp) await sleep(50);
    return { ran, finishedMs: last - due, cpuSeconds: +(cpu() - before).toFixed(2), rssMb: rssMb() };
  },
  async startup() {
    for (let i = 0; i < count; i++)
      schedule(patternAt(new Date(Date.UTC(2030, 0, 1) + ((i * 7919) % 86_400) * 1000)), () => undefined);
    const startMs = Math.round(performance.now() - begun);
    await sleep(2000);
    return { startMs, rssMb: rssMb() };
  },
  async idle() {
    const lateness = [];
    schedule('* * * * * *', () => lateness.push(Date.now() % 1000));
    await sleep(seconds * 1000 + 500);
    return { lateness };
  },
};

console.log(JSON.stringify(await modes[mode]()));
process.exit();
