import { Group, Paper, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { timeOfDay } from '../ui/time.js';
import classes from './hours.module.css';
import { type Hour, sumOf, tallyOf } from './tallies.js';

const LEGEND = [
  ['good', 'Succeeded'],
  ['bad', 'Failed'],
  ['other', 'Skipped, missed or stopped'],
] as const;

/** What became of the last day's runs, hour by hour. */
export function Hours({ hours }: { hours: readonly Hour[] }): ReactElement {
  const most = Math.max(1, ...hours.map((hour) => sum(tallyOf(hour))));
  const { good, bad, other } = sumOf(hours);
  return (
    <Paper withBorder p="md" component="section" aria-label="Runs of the last 24 hours">
      <Group justify="space-between" mb="md">
        <Title order={2} size="h5">
          Runs of the last 24 hours
        </Title>
        <Group gap="md">
          {LEGEND.map(([kind, label]) => (
            <Text key={kind} size="xs" c="dimmed" className={classes.key} data-kind={kind}>
              {label}
            </Text>
          ))}
        </Group>
      </Group>
      <div
        role="img"
        aria-label={`${String(good)} succeeded, ${String(bad)} failed, ${String(other)} skipped, missed or stopped`}
        className={classes.plot}
      >
        {hours.map((hour) => {
          const tally = tallyOf(hour);
          const title = `${timeOfDay(hour.at)}: ${String(tally.good)} succeeded, ${String(tally.bad)} failed, ${String(tally.other)} other`;
          return (
            <div key={hour.at} className={classes.hour} title={title}>
              {LEGEND.map(([kind]) => (
                <div
                  key={kind}
                  className={classes.bar}
                  data-kind={kind}
                  style={{ height: `${String(share(tally[kind], most))}%` }}
                />
              ))}
            </div>
          );
        })}
      </div>
      <div className={classes.axis} aria-hidden>
        {hours.map(({ at }, index) => (
          <span key={at}>{index % 4 === 0 ? timeOfDay(at) : ''}</span>
        ))}
      </div>
    </Paper>
  );
}

const sum = ({ good, bad, other }: { good: number; bad: number; other: number }): number =>
  good + bad + other;
/** Of the plot's height; a single failure among thousands can still be seen. */
const share = (count: number, most: number): number => (count === 0 ? 0 : Math.max(2, (count / most) * 96));
