import { Paper, SimpleGrid, Text } from '@mantine/core';
import type { Overview } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { duration } from '../ui/time.js';
import { sumOf } from './tallies.js';

const MANY = new Intl.NumberFormat('en');

/** The last day in four figures. */
export function Numbers({ overview }: { overview: Overview }): ReactElement {
  const { good, bad, other } = sumOf(overview.hours);
  const { total, enabled, completed } = overview.schedules;
  const late = overview.hours.filter(({ lateness_p50_ms }) => lateness_p50_ms !== null).at(-1);
  const most = Math.max(0, ...overview.hours.map(({ lateness_max_ms }) => lateness_max_ms ?? 0));
  const share = good + bad === 0 ? undefined : (good / (good + bad)) * 100;
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Figure
        name="Succeeded, last 24 h"
        value={MANY.format(good)}
        note={share === undefined ? 'no runs yet' : `${shareText(share)} of those that ended`}
      />
      <Figure
        name="Failed, last 24 h"
        value={MANY.format(bad)}
        note={other === 0 ? 'none skipped or missed' : `${MANY.format(other)} skipped, missed or stopped`}
        bad={bad > 0}
      />
      <Figure
        name="Lateness, this hour"
        value={duration(late?.lateness_p50_ms ?? null)}
        note={late ? `median; at most ${duration(most)} in 24 h` : 'nothing has run'}
      />
      <Figure
        name="Active schedules"
        value={MANY.format(enabled)}
        note={`of ${MANY.format(total)}; ${MANY.format(completed)} completed`}
      />
    </SimpleGrid>
  );
}

/** A hundred per cent is said only when it is. */
const shareText = (share: number): string =>
  share === 100 ? '100 %' : `${Math.min(share, 99.9).toFixed(1)} %`;

function Figure({
  name,
  value,
  note,
  bad = false,
}: {
  name: string;
  value: string;
  note: string;
  bad?: boolean;
}): ReactElement {
  return (
    <Paper withBorder p="md">
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fz={28} fw={650} lh={1.25} c={bad ? 'var(--status-bad)' : undefined}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </Paper>
  );
}
