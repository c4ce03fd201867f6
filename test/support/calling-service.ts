import type { SignedInClient } from './api-client.js';
import { Sink } from './sink.js';
import { TestService } from './test-service.js';

/** A service that may call this machine, a user of it, and what is called. */
export class CallingService {
  private constructor(
    readonly service: TestService,
    readonly user: SignedInClient,
    readonly sink: Sink,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<CallingService> {
    const service = await TestService.start({ EGRESS_ALLOW: '127.0.0.1', ...settings });
    return new CallingService(service, await service.api.newUser(), await Sink.start());
  }

  /** Before each test. Whoever verifies a signature compares timestamps with the real clock. */
  reset(): void {
    this.service.clock.set(new Date());
    this.sink.received.length = 0;
    this.sink.answer = (_request, response) => response.end('ok');
  }

  async stop(): Promise<void> {
    await this.sink.stop();
    await this.service.stop();
  }
}
