// Generated from openapi.json by "npm run sdk". Do not edit.
import { type Client, type ServerEvent, type StreamOptions } from '../client.js';

/** What happens, as it happens */
export const stream = (client: Client, options: StreamOptions = {}): AsyncGenerator<ServerEvent> =>
  client.stream({ method: 'GET', path: `/events` }, options);
