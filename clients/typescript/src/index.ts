export { ApiError } from './api-error.js';
export { Client, type ClientOptions, every, type Page, type RequestOptions } from './client.js';
export type { ServerEvent, StreamOptions } from './event-stream.js';
export type * from './generated/models.js';
export * from './generated/operations.js';
