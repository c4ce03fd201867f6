import { Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { dateTime, relative, VIEWER_ZONE, zoneCity } from './time.js';
import { useNow } from './use-now.js';

/** An instant as a distance from now. The pointer shows it on the viewer's clock and, if it differs, on `zone`'s. */
export function Instant({ at, zone }: { at: string | null; zone?: string }): ReactElement {
  const now = useNow();
  if (at === null)
    return (
      <Text span c="dimmed">
        –
      </Text>
    );
  const clocks = [...new Set([VIEWER_ZONE, ...(zone === undefined ? [] : [zone])])];
  const label = clocks.map((clock) => `${dateTime(at, clock)} ${zoneCity(clock)}`).join(' · ');
  return (
    <time dateTime={at} title={label} style={{ whiteSpace: 'nowrap' }}>
      {relative(at, now)}
    </time>
  );
}

/** An instant on the viewer's clock. */
export function Clock({ at, zone }: { at: string | null; zone?: string }): ReactElement {
  if (at === null)
    return (
      <Text span c="dimmed">
        –
      </Text>
    );
  return (
    <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
      {dateTime(at, zone)}
    </time>
  );
}
