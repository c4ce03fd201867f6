import { Client } from '@scheduler-service/client';

/** The service this page came from; the session's cookie speaks for the user. */
export const server = new Client({ baseUrl: '' });
