import { Text } from '@mantine/core';
import type { RecentRuns } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { statusFill, statusLabel } from '../ui/status.js';
import { dateTime, duration } from '../ui/time.js';

const LENGTH = 20;
const BAR = 5;
const STEP = 7;
const HEIGHT = 22;
/** What did not succeed is shorter as well as of another colour. */
const SHORT = 12;

/** The latest runs, the newest on the right, as bars. */
export function RunStrip({ runs }: { runs: RecentRuns['runs'] | undefined }): ReactElement {
  if (!runs || runs.length === 0)
    return (
      <Text size="xs" c="dimmed">
        {runs ? 'No runs yet' : ''}
      </Text>
    );
  const good = runs.filter(({ status }) => status === 'succeeded').length;
  const label = `${String(good)} of the last ${String(runs.length)} runs succeeded`;
  const newest = runs[0];
  const tip = newest
    ? `${label}. Latest: ${statusLabel(newest.status)}, ${dateTime(newest.scheduled_for)}, ${duration(newest.duration_ms)}`
    : label;
  return (
    <svg role="img" aria-label={label} width={LENGTH * STEP} height={HEIGHT} data-latest={newest?.status}>
      <title>{tip}</title>
      {runs.slice(0, LENGTH).map(({ id, status }, index) => {
        const height = status === 'succeeded' ? HEIGHT : SHORT;
        const x = (LENGTH - 1 - index) * STEP;
        return (
          <rect
            key={id}
            x={x}
            y={HEIGHT - height}
            width={BAR}
            height={height}
            rx={1.5}
            fill={statusFill(status)}
          />
        );
      })}
    </svg>
  );
}
