import { events, type Run, type RunEvent } from '@scheduler-service/client';
import { queryClient } from './query-client.js';
import { patchRuns } from './run-cache.js';
import { server } from './server.js';
import { isSignedOut } from './session.js';
import { throttle } from './throttle.js';

/** Lists are asked for anew at most this often, however many events come. */
const LISTS_MS = 1000;
const OVERVIEW_MS = 5000;

const refreshLists = throttle(LISTS_MS, () => {
  void queryClient.invalidateQueries({ queryKey: ['runs'] });
  void queryClient.invalidateQueries({ queryKey: ['schedules'] });
});
const refreshOverview = throttle(OVERVIEW_MS, () => {
  void queryClient.invalidateQueries({ queryKey: ['overview'] });
});

function takeIn(event: string, data: unknown): void {
  switch (event) {
    case 'run':
      // What is on the screen changes at once; what the event does not carry follows.
      patchRuns(data as RunEvent & Pick<Run, 'id'>);
      refreshLists();
      refreshOverview();
      break;
    case 'schedule':
      refreshLists();
      refreshOverview();
      break;
    case 'reset':
      void queryClient.invalidateQueries();
      break;
    default:
  }
}

/** Follows the service's events until the returned function is called. */
export function followEvents(onConnection: (open: boolean) => void, onSignedOut: () => void): () => void {
  const ending = new AbortController();
  let opened = 0;
  const read = async (): Promise<void> => {
    const stream = events.stream(server, {
      signal: ending.signal,
      onConnection: (open) => {
        // Between two connections the service may have been another, that knows nothing of the first.
        if (open && ++opened > 1) void queryClient.invalidateQueries();
        onConnection(open);
      },
    });
    for await (const { event, data } of stream) takeIn(event, data);
  };
  read().catch((error: unknown) => {
    if (isSignedOut(error)) onSignedOut();
    else onConnection(false);
  });
  return () => {
    ending.abort();
  };
}
