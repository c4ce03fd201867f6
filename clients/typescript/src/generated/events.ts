// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type ServerEvent, type StreamOptions } from '../client.js';

/** streamEvents */
export const stream = (client: Client, options: StreamOptions = {}): AsyncGenerator<ServerEvent> =>
  client.stream({ method: 'GET', path: `/events` }, options);
