import type { JwtModuleOptions } from '@nestjs/jwt';
import type { AppConfig } from '../config/app-config.js';
import { generatedKey } from '../database/generated-key.js';

const PARTY = 'scheduler-service';

/** HS256 only, with issuer and audience, so that no other service's token is taken for one of ours. */
export const jwtOptions = (config: AppConfig): JwtModuleOptions => ({
  secret: config.jwtSecret ?? generatedKey(config, 'jwt-secret'),
  signOptions: { algorithm: 'HS256', issuer: PARTY, audience: PARTY },
  verifyOptions: { algorithms: ['HS256'], issuer: PARTY, audience: PARTY },
});
