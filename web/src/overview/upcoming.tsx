import { Group, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { Instant } from '../ui/instant.js';
import { TextLink } from '../ui/links.js';
import { Loaded } from '../ui/loaded.js';
import { timeOfDay } from '../ui/time.js';
import { useNow } from '../ui/use-now.js';
import { type Horizon, HORIZON_MS, SHOWN, upcomingQuery } from './overview-queries.js';
import classes from './upcoming.module.css';

const LISTED = 6;
const TICKS = 6;
const BARS = 60;

/** What runs next, on a line of time and as a list. */
export function Upcoming(): ReactElement {
  const [horizon, setHorizon] = useState<Horizon>('hour');
  const query = useQuery(upcomingQuery(horizon));
  const now = useNow();
  return (
    <Paper withBorder p="md" h="100%" component="section" aria-label="What runs next">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          What runs next
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="How far ahead"
          value={horizon}
          data={[
            { value: 'hour', label: 'Hour' },
            { value: 'day', label: 'Day' },
          ]}
          onChange={(value) => {
            setHorizon(value === 'day' ? 'day' : 'hour');
          }}
        />
      </Group>
      <Loaded query={query} rows={4}>
        {(all) => {
          const coming = all.filter(({ at }) => new Date(at).getTime() > now);
          return (
            <>
              <Line instants={coming.map(({ at }) => at)} span={HORIZON_MS[horizon]} now={now} />
              {all.length === SHOWN && (
                <Text size="xs" c="dimmed" mb="xs">
                  The next {SHOWN.toLocaleString('en')} are drawn; there are more.
                </Text>
              )}
              {coming.length === 0 && (
                <Text size="sm" c="dimmed">
                  Nothing is due within the next {horizon}.
                </Text>
              )}
              <Stack gap={6}>
                {coming.slice(0, LISTED).map(({ schedule_id, title, at }) => (
                  <Group key={`${String(schedule_id)} ${at}`} justify="space-between" wrap="nowrap" gap="xs">
                    <TextLink to="/schedules/$id" params={{ id: String(schedule_id) }} size="sm" truncate>
                      {title}
                    </TextLink>
                    <Text size="xs" c="dimmed" component="div" style={{ whiteSpace: 'nowrap' }}>
                      {timeOfDay(at)} · <Instant at={at} />
                    </Text>
                  </Group>
                ))}
              </Stack>
            </>
          );
        }}
      </Loaded>
    </Paper>
  );
}

/** Occurrences by the moment, in as many bars as the line has room for. */
function Line({ instants, span, now }: { instants: string[]; span: number; now: number }): ReactElement {
  const place = (at: number): string => `${String(((at - now) / span) * 100)}%`;
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => now + (span / TICKS) * index);
  const bars = barsOf(instants, span / BARS);
  const most = Math.max(1, ...bars.values());
  return (
    <div className={classes.line} role="img" aria-label={`${String(instants.length)} occurrences are near`}>
      {[...bars].map(([at, count]) => (
        <span
          key={at}
          className={classes.mark}
          title={`${timeOfDay(at)}: ${String(count)}`}
          style={{ left: place(at), height: `${String(30 + 70 * Math.sqrt(count / most))}%` }}
        />
      ))}
      {ticks.map((at, index) => (
        <span key={index} className={classes.tick} style={{ left: place(at) }}>
          {index === 0 ? 'now' : timeOfDay(at)}
        </span>
      ))}
    </div>
  );
}

/** How many occurrences there are in each slice of time that has any, by its middle. */
function barsOf(instants: readonly string[], slice: number): Map<number, number> {
  const bars = new Map<number, number>();
  for (const at of instants) {
    const middle = (Math.floor(new Date(at).getTime() / slice) + 0.5) * slice;
    bars.set(middle, (bars.get(middle) ?? 0) + 1);
  }
  return bars;
}
