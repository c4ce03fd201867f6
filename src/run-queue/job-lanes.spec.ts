import { expect, test } from '@jest/globals';
import { JobLanes } from './job-lanes.js';
import type { RunData, RunJob } from './run-job.js';

const jobOf = (run: number, lane: string | null, owner: number): RunJob => {
  const data: RunData = { run, at: 0, lane, owner };
  return { id: String(run), data } as RunJob;
};

test('a place goes back to the lane and the owner it was taken for, whatever the job says that has replaced the first', () => {
  const lanes = new JobLanes(8, 1);
  // The row of the run has another owner and lane by the time that Redis hands its job out again.
  const replacement = jobOf(1, null, 20);
  lanes.admit(jobOf(1, 'slow', 10));
  lanes.admit(replacement);
  expect(lanes.next()).toBe(replacement);
  lanes.leave(replacement);

  const waiting = [jobOf(2, 'slow', 10), jobOf(3, 'slow', 10)];
  for (const job of waiting) lanes.admit(job);
  expect(lanes.next()).toBe(waiting[0]);
  expect(lanes.next()).toBeUndefined();
  lanes.leave(jobOf(2, 'slow', 10));
  expect(lanes.next()).toBe(waiting[1]);
});
