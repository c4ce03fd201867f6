import { EventStreams, HEARTBEAT_MS } from '../../src/events/event-streams.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from './api-client.js';
import { TestService } from './test-service.js';

interface EventService {
  service: TestService;
  admin: SignedInClient;
  member: SignedInClient;
  other: SignedInClient;
}

/** A service at noon, whose events an admin and two members may read. */
export async function startEventService(): Promise<EventService> {
  const service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  // The heartbeat that the leap of the clock makes due.
  await second(service);
  const admin = await service.api.newUser();
  const [member, other] = [await service.api.newUser(), await service.api.newUser()];
  return { service, admin, member, other };
}

/** What the service does every second for those who read. */
export const second = (service: TestService): Promise<void> => service.app.get(EventStreams).runOnce();

export async function heartbeat(service: TestService): Promise<void> {
  service.clock.advance(HEARTBEAT_MS);
  await second(service);
}

export const runNow = async (user: SignedInClient, id: number): Promise<RunDto> =>
  (await user.post<RunDto>(`/schedules/${String(id)}/run`)).body;
