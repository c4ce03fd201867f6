import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The name of a cookie that only this very host can have set, by https: browsers let no other subdomain, and no page
 * without TLS, set one of such a name (RFC 6265bis, section 4.1.3).
 */
export const hostOnly = (name: string): string => `__Host-${name}`;

/** The values that a request has under a name: more than one, where another host or path has set one, too. */
export function cookiesNamed({ headers }: FastifyRequest, name: string): string[] {
  return (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/** Sets a cookie that no script can read and that no other site can have sent. Host-only names need `secure`. */
export function setCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  { maxAge, secure }: { maxAge: number; secure: boolean },
): void {
  const attributes = ['HttpOnly', 'SameSite=Strict', 'Path=/', `Max-Age=${String(maxAge)}`];
  if (secure) attributes.push('Secure');
  void reply.header('Set-Cookie', [`${name}=${value}`, ...attributes].join('; '));
}
