import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from './api-client.js';
import type { TestService } from './test-service.js';

/** A schedule that calls `url` when it is asked to, and never by itself. */
export async function newHttpSchedule(
  user: SignedInClient,
  action: object,
  fields: object = {},
): Promise<number> {
  const { id } = await user.newSchedule({
    schedule_interval: '@yearly',
    action: { type: 'http', ...action },
    retry_policy: { max_attempts: 1 },
    ...fields,
  });
  return id;
}

/** Runs a schedule once and resolves with the run when it is over, or waits for its retry. */
export async function runOnce(
  service: TestService,
  user: SignedInClient,
  scheduleId: number,
): Promise<RunDto> {
  const { body } = await user.post<RunDto>(`/schedules/${String(scheduleId)}/run`);
  await service.settled();
  return (await user.get<RunDto>(`/runs/${String(body.id)}`)).body;
}

/** Makes a schedule of an HTTP action and runs it once. */
export const callOnce = async (service: TestService, user: SignedInClient, action: object): Promise<RunDto> =>
  runOnce(service, user, await newHttpSchedule(user, action));

/** Gives the HTTP action to a schedule and runs it once. */
export async function callBy(
  service: TestService,
  user: SignedInClient,
  scheduleId: number,
  action: object,
): Promise<RunDto> {
  const changed = await user.patch(`/schedules/${String(scheduleId)}`, {
    action: { type: 'http', ...action },
  });
  if (changed.status !== 200) throw new Error(`the action was refused: ${JSON.stringify(changed.body)}`);
  return runOnce(service, user, scheduleId);
}
