import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where the dashboard is built to, seen from here as source and as built. */
const FOLDER = ['../../web/dist', '../../../web/dist']
  .map((path) => join(import.meta.dirname, path))
  .find((path) => existsSync(join(path, 'index.html')));

const A_YEAR = '365d';

/**
 * Serves the built dashboard. Its assets carry their content's hash in their names, so they are kept for
 * ever; the page that names them is asked for anew, and answers every path of the dashboard's own.
 */
@Injectable()
export class DashboardFiles implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  onModuleInit(): void {
    if (FOLDER === undefined) {
      new Logger('Dashboard').warn('not built, so not served: run "npm run build"');
      return;
    }
    const fastify = this.host.httpAdapter.getInstance();
    // Not awaited: that would boot Fastify before Nest has set its error handler.
    void fastify.register(fastifyStatic, {
      root: join(FOLDER, 'assets'),
      prefix: '/dashboard/assets/',
      decorateReply: false,
      index: false,
      preCompressed: true,
      immutable: true,
      maxAge: A_YEAR,
      setHeaders: (reply) => {
        reply.header('vary', 'accept-encoding');
      },
    });
    const page = readFileSync(join(FOLDER, 'index.html'));
    const sendPage = (_request: FastifyRequest, reply: FastifyReply): FastifyReply =>
      reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page);
    fastify.get('/dashboard', sendPage);
    fastify.get('/dashboard/*', sendPage);
  }
}
