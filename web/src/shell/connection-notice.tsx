import { Alert } from '@mantine/core';
import { type ReactElement, useEffect, useState } from 'react';
import { Icon } from '../ui/icon.js';
import type { Connection } from './use-live-events.js';

/** A restart of the service is over before this: it is not worth a word. */
const PATIENCE_MS = 1500;

export function ConnectionNotice({ connection }: { connection: Connection }): ReactElement {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        setShown(connection === 'lost');
      },
      connection === 'lost' ? PATIENCE_MS : 0,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [connection]);
  return (
    <div role="status">
      {shown && (
        <Alert color="orange" icon={<Icon name="warning" />} mb="md" title="The service cannot be reached">
          What you see may be out of date. It is tried again by itself; nothing is lost meanwhile.
        </Alert>
      )}
    </div>
  );
}
