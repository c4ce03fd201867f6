import { createSecretKey, type KeyObject } from 'node:crypto';
import type { JwtModuleOptions } from '@nestjs/jwt';
import { type AppConfig } from '../config/app-config.js';
import { generatedKey } from '../database/generated-key.js';

const PARTY = 'scheduler-service';

type Keys = readonly [KeyObject, ...KeyObject[]];

const secrets = new WeakMap<AppConfig, Keys>();

/**
 * Keys of the signatures: the first one signs, each of them verifies. Key objects, because jsonwebtoken first tries
 * to read a text as a public key, which takes 0.7 ms of every request.
 */
export function jwtSecrets(config: AppConfig): Keys {
  let keys = secrets.get(config);
  if (!keys) {
    const [first, ...others] = config.jwtSecrets ?? [generatedKey(config, 'jwt-secret')];
    keys = [keyOf(first), ...others.map(keyOf)];
    secrets.set(config, keys);
  }
  return keys;
}

const keyOf = (text: string): KeyObject => createSecretKey(text, 'utf8');

/** HS256 only, with issuer and audience, so that no other service's token is taken for one of ours. */
export const jwtOptions = (config: AppConfig): JwtModuleOptions => ({
  secret: jwtSecrets(config)[0],
  signOptions: { algorithm: 'HS256', issuer: PARTY, audience: PARTY },
  verifyOptions: { algorithms: ['HS256'], issuer: PARTY, audience: PARTY },
});
