import { ApiError } from '@scheduler-service/client';
import { QueryClient } from '@tanstack/react-query';

const LONGEST_DELAY_MS = 5000;

/** A refusal will be the same again; a service that cannot be reached may come back at any moment. */
const isPassing = (error: unknown): boolean => !(error instanceof ApiError) || error.status >= 502;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Events tell what has changed: nothing is asked again just because a window was focused.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (_count, error) => isPassing(error),
      retryDelay: (count) => Math.min(500 * 2 ** count, LONGEST_DELAY_MS),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
