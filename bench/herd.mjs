// Many schedules due in the same second: when the last one is claimed, and when all are done, in milliseconds after
// they were due. `npm run bench -- 1000,10000` takes one round of each size.
import { Service, sleep } from './service.mjs';

export async function herd(count, settings = {}) {
  const service = new Service();
  try {
    await service.start();
    await service.signUp();
    await service.stop();
    const due = Math.ceil((Date.now() + 6000 + count / 100) / 1000) * 1000;
    service.insert(count, due);
    await service.start(settings);
    const before = service.usage();
    await sleep(due - Date.now());
    const read = () =>
      service.sql((db) =>
        db
          .prepare(
            `SELECT count(*) AS runs, sum(finished_at IS NOT NULL) AS done,
                    (julianday(max(created_at)) - julianday(?)) * 86400000 AS claimed,
                    (julianday(max(finished_at)) - julianday(?)) * 86400000 AS finished FROM runs`,
          )
          .get(new Date(due).toISOString(), new Date(due).toISOString()),
      );
    let seen = { done: 0 };
    const giveUp = Date.now() + 120_000;
    while (seen.done < count && Date.now() < giveUp) {
      await sleep(300);
      seen = read();
    }
    const { cpuSeconds, rssKb } = service.usage();
    await service.stop();
    return {
      count,
      runs: seen.runs,
      lastClaimedMs: Math.round(seen.claimed),
      allFinishedMs: Math.round(seen.finished),
      cpuSeconds: +(cpuSeconds - before.cpuSeconds).toFixed(2),
      rssMb: Math.round(rssKb / 1024),
    };
  } finally {
    service.remove();
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const count of (process.argv[2] ?? '10000').split(',').map(Number))
    console.log(JSON.stringify(await herd(count)));
}
