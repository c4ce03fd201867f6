import { overview } from '@scheduler-service/client';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { server } from '../server/server.js';

const HOURS = 24;
/** As many as the service tells at once. */
export const SHOWN = 1000;
const HOUR_MS = 3_600_000;

export type Horizon = 'hour' | 'day';
export const HORIZON_MS: Readonly<Record<Horizon, number>> = { hour: HOUR_MS, day: 24 * HOUR_MS };

export const overviewQuery = queryOptions({
  queryKey: ['overview', 'counts'],
  refetchInterval: 60_000,
  queryFn: ({ signal }) => overview.get(server, { hours: HOURS }, { signal }),
});

export const upcomingQuery = (horizon: Horizon) =>
  queryOptions({
    queryKey: ['overview', 'upcoming', horizon],
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const to = new Date(Date.now() + HORIZON_MS[horizon]).toISOString();
      return overview.listUpcoming(server, { to, limit: SHOWN }, { signal });
    },
  });
