import type { HttpActionDto } from '../dto/action.dto.js';
import type { Redaction } from '../redaction.js';
import { secretsIn } from '../template.js';
import type { HttpRequest } from './http-request.js';

/** The part of a URL in which its host is. */
const ORIGIN = /^[^/?#\\]*(?:[/\\]{2}[^/?#\\]*)?/;

/** Tells the redaction what a request makes of secrets together with the text around them. */
export function hideSent(action: HttpActionDto, request: HttpRequest, redaction: Redaction): void {
  const [hostSecret] = secretsIn(ORIGIN.exec(action.url)?.[0] ?? '');
  if (hostSecret !== undefined) redaction.hideHost(hostSecret, request.url.hostname);
  const authorization = Object.entries(action.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'authorization',
  )?.[1];
  const [credential] = secretsIn(authorization ?? '');
  if (credential !== undefined) redaction.hideCredentials(credential, request.headers['authorization'] ?? '');
}
