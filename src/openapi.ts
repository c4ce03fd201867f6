import './node-version.js';
import { readFileSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { AppConfig } from './config/app-config.js';
import { openApiDocument } from './app.document.js';
import { httpAdapter } from './app.setup.js';

/** Writes the OpenAPI document to openapi.json, or with --check tells whether that file is up to date. */
const FILE = 'openapi.json';

// In preview mode Nest reads the routes, and makes none of the things behind them.
const app = await NestFactory.create<NestFastifyApplication>(AppModule, httpAdapter(new AppConfig({})), {
  preview: true,
  logger: false,
  abortOnError: false,
});
const document = `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, document);
} else if (readFileSync(FILE, 'utf8') !== document) {
  process.stderr.write(`${FILE} is not what the code says: run "npm run openapi" and commit it.\n`);
  process.exitCode = 1;
}
