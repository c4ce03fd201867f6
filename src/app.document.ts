import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SECURE_SESSION_COOKIE, SESSION_COOKIE } from './auth/session-cookie.js';
import { finishOperations } from './document/operations.js';
import { finishSchemas } from './document/schemas.js';
import { Problem } from './http/problems.js';

/** The OpenAPI document: what the decorators say of each operation, and then what holds for all of them. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, frame(), { extraModels: [Problem] });
  finishSchemas(document);
  finishOperations(document);
  return document;
}

const frame = (): Omit<OpenAPIObject, 'paths'> =>
  new DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle('Scheduler API')
    .setDescription('Create schedules, and see what became of every occurrence.')
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The service that this document comes from.')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A token from POST /auth/signin, or an API key.',
    })
    .addCookieAuth(SECURE_SESSION_COOKIE, {
      type: 'apiKey',
      in: 'cookie',
      description:
        `What POST /auth/session sets, for pages of this origin (${SESSION_COOKIE} without https): it is refused ` +
        'where a request that changes something comes from another.',
    })
    .addTag('service', 'The service itself')
    .addTag('auth', 'Signing in and out')
    .addTag('users', 'Who may use it')
    .addTag('schedules', 'What is to be done, and when')
    .addTag('runs', 'What became of it')
    .addTag('overview', 'How it goes, at a glance')
    .addTag('events', 'What happens, as it happens')
    .addTag('secrets', 'Values that actions use and nobody reads')
    .addTag('audit', 'Who did what')
    .addTag('health', 'For probes')
    .build();
