import type { JwtModuleOptions } from '@nestjs/jwt';
import { type AppConfig } from '../config/app-config.js';
import { generatedKey } from '../database/generated-key.js';

const PARTY = 'scheduler-service';

const secrets = new WeakMap<AppConfig, readonly [string, ...string[]]>();

/** Keys of the signatures: the first one signs, each of them verifies. */
export function jwtSecrets(config: AppConfig): readonly [string, ...string[]] {
  let keys = secrets.get(config);
  if (!keys) secrets.set(config, (keys = config.jwtSecrets ?? [generatedKey(config, 'jwt-secret')]));
  return keys;
}

/** HS256 only, with issuer and audience, so that no other service's token is taken for one of ours. */
export const jwtOptions = (config: AppConfig): JwtModuleOptions => ({
  secret: jwtSecrets(config)[0],
  signOptions: { algorithm: 'HS256', issuer: PARTY, audience: PARTY },
  verifyOptions: { algorithms: ['HS256'], issuer: PARTY, audience: PARTY },
});
