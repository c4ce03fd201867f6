import type { FastifyAdapter } from '@nestjs/platform-fastify';

/**
 * Bodies are JSON, read by Fastify's own parser. One of no bytes is none: clients that always send a `Content-Type` send
 * it with requests that have no body, too, and where one is needed its validation says so.
 */
export function readJsonBodies(adapter: FastifyAdapter): void {
  const parse = adapter.getInstance().getDefaultJsonParser('error', 'error');
  adapter.useBodyParser('application/json', false, {}, (request, body: Buffer, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, body.toString(), done);
  });
}
