import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { openApiDocument } from './app.document.js';
import { AppConfig } from './config/app-config.js';
import { atEndOfTurn } from './http/end-of-turn.js';
import { readJsonBodies } from './http/json-body.js';
import { KnownHosts } from './http/known-hosts.js';
import { oneAtATime } from './http/one-at-a-time.js';
import { isOutOfFiles, OutOfFiles, openFilesLimit } from './http/open-files.js';
import { problem, ProblemFilter } from './http/problem.filter.js';
import { securityHeaders } from './http/security-headers.js';
import { countUnread } from './http/unread-answers.js';
import { requestValidation } from './http/validation.js';

const BODY_LIMIT = 256 * 1024;

/** A request, and so a shutdown, never waits longer for a client that stalls. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 75_000;
const CLOSING_TIMEOUT_MS = 2000;

export function httpAdapter({ trustProxy, allowedHosts }: AppConfig): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 1000 },
    trustProxy: trustProxy ? [...trustProxy] : false,
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: refuseMalformed,
    // What the router itself refuses, such as /%FF, never reaches Nest and its filters.
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      const status = error.statusCode ?? 400;
      void reply.status(status).type('application/problem+json').send(problem(status, error.message));
    },
  });
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  readJsonBodies(adapter);
  const headers = {
    ...securityHeaders({
      contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
    }),
    'cache-control': 'no-store',
  };
  const hosts = new KnownHosts(allowedHosts);
  fastify.addHook('onRequest', oneAtATime);
  fastify.addHook('onSend', countUnread);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers);
    const misdirected = hosts.fault(request);
    if (misdirected !== undefined) {
      void reply.status(421).type('application/problem+json').send(problem(421, misdirected));
      return;
    }
    const type = request.headers['content-type'];
    // Browsers let any page send a form here.
    if (type === undefined || /^application\/json\s*(;|$)/i.test(type)) {
      atEndOfTurn(done);
      return;
    }
    const detail = 'Send JSON, as application/json.';
    void reply.status(415).type('application/problem+json').send(problem(415, detail));
  });
  limitConnections(fastify.server);
  fastify.addHook('preClose', (done) => {
    setTimeout(() => {
      fastify.server.closeAllConnections();
    }, CLOSING_TIMEOUT_MS).unref();
    done();
  });
  return adapter;
}

/** Clients get half of what the process may open: what is left is for the database and for calls. */
function limitConnections(server: Server): void {
  const outOfFiles = new OutOfFiles('further connections of clients are refused');
  const limit = openFilesLimit();
  if (limit !== undefined) server.maxConnections = Math.floor(limit / 2);
  server.on('drop', () => {
    outOfFiles.report();
  });
  // Without a listener this would end the process.
  server.on('error', (error) => {
    if (isOutOfFiles(error)) outOfFiles.report();
    else if (server.listening) throw error;
  });
}

const MALFORMED: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** What is not even HTTP is answered like everything else, and the connection is closed. */
function refuseMalformed({ code }: { code: string }, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = MALFORMED[code] ?? 400;
  const body = JSON.stringify(problem(status, `The request is not good HTTP (${code}).`));
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${String(Buffer.byteLength(body))}\r\nConnection: close\r\n\r\n${body}`,
  );
  // A client that neither reads nor closes does not keep the connection.
  const closing = setTimeout(() => socket.destroy(), CLOSING_TIMEOUT_MS).unref();
  socket.once('close', () => {
    clearTimeout(closing);
  });
}

/** Everything about HTTP that holds for all routes; shared by the service and its tests. */
export function setUpApp(app: NestFastifyApplication): NestFastifyApplication {
  const { corsOrigins } = app.get(AppConfig);
  if (corsOrigins) {
    app.enableCors({
      origin: [...corsOrigins],
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      exposedHeaders: ['X-Total-Count', 'X-Total-Count-Capped', 'Link', 'Retry-After'],
      maxAge: 600,
    });
  }
  app.useGlobalPipes(requestValidation());
  app.useGlobalFilters(new ProblemFilter());
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Scheduler API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true },
  });
  return app;
}

/** Nothing from elsewhere, no script in a page. Swagger UI sets styles of its own, and shows images as data. */
const CONTENT_SECURITY_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};
