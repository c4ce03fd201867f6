// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type RequestOptions } from '../client.js';
import type { Health, Liveness } from './models.js';

/** Metrics for Prometheus; for admins, and by METRICS_TOKEN */
export const getMetrics = (client: Client, options: RequestOptions = {}): Promise<string> =>
  client.send({ method: 'GET', path: `/metrics` }, options);

/** The process answers */
export const getLiveness = (client: Client, options: RequestOptions = {}): Promise<Liveness> =>
  client.send({ method: 'GET', path: `/health/live` }, options);

/** The database and Redis, if used, take writes; schedules are claimed, runs begin, and outcomes are saved */
export const getReadiness = (client: Client, options: RequestOptions = {}): Promise<Health> =>
  client.send({ method: 'GET', path: `/health/ready` }, options);
