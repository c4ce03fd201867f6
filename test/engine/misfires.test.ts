import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type ClaimedSlice, Claimer } from '../../src/scheduler/claimer.js';
import { MISFIRE_POLICIES, type MisfirePolicy } from '../../src/schedules/policies.js';
import { effort } from '../../src/timing/effort.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

const INTERVALS = { second: '* * * * * *', minute: '* * * * *', day: '0 12 * * *' } as const;
type Every = keyof typeof INTERVALS;

/** [runs, missed rows, occurrences they account for] */
type Outcome = readonly [number, number, number];

/**
 * The service goes down ten seconds before noon. This table is docs/guarantees.md's, too. After 3 days the
 * latest noon is within the window of 24 hours, the ones before are not.
 */
const TABLE: Record<string, Record<MisfirePolicy, Record<Every, Outcome>>> = {
  '90 s': {
    once: { second: [1, 1, 89], minute: [1, 1, 1], day: [1, 0, 0] },
    skip: { second: [1, 1, 89], minute: [1, 1, 1], day: [0, 1, 1] },
    all: { second: [90, 0, 0], minute: [2, 0, 0], day: [1, 0, 0] },
  },
  '3 h': {
    once: { second: [1, 1, 10_799], minute: [1, 1, 179], day: [1, 0, 0] },
    skip: { second: [1, 1, 10_799], minute: [1, 1, 179], day: [0, 1, 1] },
    all: { second: [100, 1, 10_700], minute: [100, 1, 80], day: [1, 0, 0] },
  },
  '3 days': {
    once: { second: [1, 1, 259_199], minute: [1, 1, 4319], day: [1, 1, 2] },
    skip: { second: [1, 1, 259_199], minute: [1, 1, 4319], day: [0, 1, 3] },
    all: { second: [100, 1, 259_100], minute: [100, 1, 4220], day: [1, 1, 2] },
  },
};
const SECONDS: Record<string, number> = { '90 s': 90, '3 h': 10_800, '3 days': 259_200 };

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T11:59:50.000Z');
  user = await service.api.newUser();
});
afterEach(() => service.stop());

async function everyPolicy(): Promise<{ policy: MisfirePolicy; every: Every; id: number }[]> {
  const made = [];
  for (const policy of MISFIRE_POLICIES) {
    for (const every of Object.keys(INTERVALS) as Every[]) {
      const { id } = await user.newSchedule({ schedule_interval: INTERVALS[every], misfire_policy: policy });
      made.push({ policy, every, id });
    }
  }
  return made;
}

async function outcome(id: number): Promise<Outcome> {
  const [row] = await service.query<{ runs: number; missed: number; of: number }>(
    `SELECT count(*) FILTER (WHERE status = 'succeeded') AS runs, count(*) FILTER (WHERE status = 'missed') AS missed, cast(sum(missed_count) AS integer) AS "of"
       FROM runs WHERE schedule_id = ?`,
    [id],
  );
  return [row?.runs ?? -1, row?.missed ?? -1, row?.of ?? -1];
}

describe.each(Object.keys(TABLE))('after a downtime of %s', (downtime) => {
  test('each policy does what the table says', async () => {
    const schedules = await everyPolicy();
    service.clock.advance((SECONDS[downtime] ?? 0) * 1000);
    await service.tick();
    const got: Record<string, Record<string, Outcome>> = {};
    for (const { policy, every, id } of schedules) (got[policy] ??= {})[every] = await outcome(id);
    expect(got).toEqual(TABLE[downtime]);
  });
});

test('without a downtime every occurrence runs, whatever the policy', async () => {
  const schedules = await everyPolicy();
  for (let second = 0; second < 75; second++) {
    service.clock.advance(1000);
    await service.tick();
  }
  const expected: Record<Every, number> = { second: 75, minute: 2, day: 1 };
  for (const { every, id } of schedules) expect(await outcome(id)).toEqual([expected[every], 0, 0]);
});

test('catching up with all runs in order, one after the other', async () => {
  await user.newSchedule({ schedule_interval: '* * * * *', misfire_policy: 'all' });
  service.clock.advance(5 * 60_000);
  let running = 0;
  service.action.behaviour = async () => {
    expect(++running).toBe(1);
    await new Promise(setImmediate);
    running--;
    return { ok: true };
  };
  await service.tick();
  const order = service.action.calls.map(({ run }) => run.scheduled_for.getUTCMinutes());
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

describe('a downtime of three days across a clock change', () => {
  /** Ways to say every second, with as many occurrences in three days of real time. */
  const SPELLINGS = ['* * * * * *', '*/1 * * * * *', '0-59 * * * * *', '? * ? * * *', '* 0-59 0-23 * * *'];

  async function downtime(policy: MisfirePolicy): Promise<number[]> {
    service.clock.set('2030-03-09T11:59:59.500Z');
    user = await service.api.newUser();
    const ids: number[] = [];
    for (const schedule_interval of SPELLINGS) {
      const fields = { schedule_interval, timezone: 'America/New_York', misfire_policy: policy };
      ids.push((await user.newSchedule(fields)).id);
    }
    service.clock.set('2030-03-12T12:00:00Z');
    return ids;
  }

  test('is counted to the second', async () => {
    const ids = await downtime('once');
    await service.tick();
    for (const id of ids) expect(await outcome(id)).toEqual([1, 1, 259_200]);
  });

  test('computes as little as any other', async () => {
    await downtime('all');
    const steps = effort();
    await service.scheduler.claimDue();
    expect(steps()).toBeLessThan(500);
  });
});

test('what a claim makes is bounded: runs of many are claimed in several transactions, in their order', async () => {
  const ids: number[] = [];
  for (let n = 0; n < 25; n++) {
    const schedule = { schedule_interval: '* * * * * *', misfire_policy: 'all', overlap_policy: 'allow' };
    ids.push((await user.newSchedule(schedule)).id);
  }
  service.clock.advance(3_600_000);
  const claims = jest.spyOn(service.app.get(Claimer), 'claimSlice');
  await service.scheduler.claimDue();
  const slices = await Promise.all(claims.mock.results.map(({ value }) => value as Promise<ClaimedSlice>));
  // A schedule has 100 runs and a row for what is missed: four of them make less than 500 rows.
  const sizes = slices.map(({ nextRuns, more }) => [nextRuns.length, more]);
  expect(sizes).toEqual([...Array.from({ length: 6 }, () => [4, true]), [1, false]]);
  await service.settled();
  for (const id of ids) expect(await outcome(id)).toEqual([100, 1, 3500]);
});
