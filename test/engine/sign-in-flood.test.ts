import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';

/** `npm run test:nightly` floods for 60 seconds. */
const SECONDS = Number(process.env['FLOOD_SECONDS'] ?? 6);
const AT_A_TIME = 50;

let folder: string;
let service: ServiceProcess;
beforeAll(async () => {
  folder = scratchFolder();
  service = await ServiceProcess.start(folder, { SIGN_INS_PER_MINUTE: '1000000' });
});
afterAll(async () => {
  await service.kill();
  removeFolder(folder);
});

test('a flood of sign-ins does not keep schedules from firing in time', async () => {
  const user = await service.api.newUser();
  const { id } = await user.newSchedule({ schedule_interval: '* * * * * *' });
  let signIns = 0;
  let over = false as boolean;
  const flood = async (n: number): Promise<void> => {
    for (let k = 0; !over; k++) {
      const email = `flood${String(n)}-${String(k)}@example.com`;
      await service.api.post('/auth/signin', { email, password: 'a guess' });
      signIns++;
    }
  };
  const floods = Array.from({ length: AT_A_TIME }, (_, n) => flood(n));
  // The schedule itself tells when it is over.
  let runs: RunDto[] = [];
  while (runs.length < SECONDS) {
    const { body } = await user.get<RunDto[]>(`/schedules/${String(id)}/runs`);
    runs = body.filter(({ started_at }) => started_at !== null);
  }
  over = true;
  await Promise.all(floods);
  const lateness = runs.map(({ lateness_ms }) => lateness_ms ?? Infinity).sort((a, b) => a - b);
  const worst = lateness.at(-1) ?? Infinity;
  process.stdout.write(
    `${String(signIns)} sign-ins in ${String(SECONDS)} s, ${String(AT_A_TIME)} at a time: lateness of a schedule due ` +
      `every second: median ${String(lateness[Math.floor(lateness.length / 2)])} ms, most ${String(worst)} ms\n`,
  );
  expect(worst).toBeLessThan(process.env['FLOOD_SECONDS'] ? 100 : 1000);
}, 120_000);
