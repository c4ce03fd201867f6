import { Injectable } from '@nestjs/common';
import { Credentials } from '../http/credentials.js';
import type { Principal } from '../http/principal.js';
import { ApiKeysService } from './api-keys.service.js';
import { SessionsService } from './sessions.service.js';

@Injectable()
export class CurrentCredentials extends Credentials {
  constructor(
    private readonly sessions: SessionsService,
    private readonly apiKeys: ApiKeysService,
  ) {
    super();
  }

  async areStillGood({ credential, role }: Principal): Promise<boolean> {
    const now =
      credential.kind === 'session'
        ? await this.sessions.current(credential.id)
        : await this.apiKeys.current(credential.id);
    return now?.role === role;
  }
}
