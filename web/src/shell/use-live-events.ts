import { hashKey } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { followEvents } from '../server/live-events.js';
import { queryClient } from '../server/query-client.js';
import { forgetSession, isSignedOut, sessionQuery } from '../server/session.js';

export type Connection = 'opening' | 'open' | 'lost';

/** A page that nobody looks at for so long gives its connection back: a browser has six for each service. */
const HIDDEN_MS = 60_000;

/** Follows the events while the page can be seen, and leaves for the sign-in when the session has ended. */
export function useLiveEvents(): Connection {
  const [connection, setConnection] = useState<Connection>('opening');
  const navigate = useNavigate();

  useEffect(() => {
    const leave = (): void => {
      forgetSession();
      void navigate({ to: '/sign-in' });
    };
    const start = (): (() => void) =>
      followEvents((open) => {
        setConnection(open ? 'open' : 'lost');
      }, leave);
    let stop: (() => void) | undefined = start();
    let resting: ReturnType<typeof setTimeout> | undefined;
    const onVisibility = (): void => {
      clearTimeout(resting);
      if (document.hidden) {
        resting = setTimeout(() => {
          stop?.();
          stop = undefined;
        }, HIDDEN_MS);
      } else if (!stop) {
        stop = start();
        void queryClient.invalidateQueries();
      }
    };
    document.addEventListener('visibilitychange', onVisibility);
    const unsubscribe = queryClient.getQueryCache().subscribe((event) => {
      if (event.type !== 'updated') return;
      const { action, query } = event;
      if (action.type === 'error' && isSignedOut(action.error)) leave();
      // Asked who is signed in, the service said that nobody is: a new password ends this session, too.
      const isSession = query.queryHash === hashKey(sessionQuery.queryKey);
      if (action.type === 'success' && !action.manual && isSession && query.state.data === null) leave();
    });
    return () => {
      stop?.();
      clearTimeout(resting);
      document.removeEventListener('visibilitychange', onVisibility);
      unsubscribe();
    };
  }, [navigate]);

  return connection;
}
