import { expect, test } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { AppConfig } from '../config/app-config.js';
import { jwtOptions } from './jwt-options.js';
import { TokenVerifier } from './token-verifier.js';

const config = new AppConfig({ JWT_SECRET: 'a-secret-of-thirty-two-characters' });
const jwt = new JwtService(jwtOptions(config));
const at = (seconds: number): Date => new Date(seconds * 1000);
const issued = 1_800_000_000;
const token = jwt.sign({ iat: issued }, { jwtid: 'session', subject: '1', expiresIn: 60 });

test('a token that was good is good no more once it has expired', async () => {
  const verifier = new TokenVerifier(jwt, config);
  expect(await verifier.sessionOf(token, at(issued))).toBe('session');
  expect(await verifier.sessionOf(token, at(issued + 59))).toBe('session');
  expect(await verifier.sessionOf(token, at(issued + 60))).toBeUndefined();
});

test('a token with another signature is not taken for the one that is known', async () => {
  const verifier = new TokenVerifier(jwt, config);
  await verifier.sessionOf(token, at(issued));
  const forged = `${token.slice(0, -4)}AAAA`;
  expect(await verifier.sessionOf(forged, at(issued))).toBeUndefined();
});
