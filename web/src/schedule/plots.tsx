import { Grid, Paper, Text, Title } from '@mantine/core';
import type { ListedRun } from '@scheduler-service/client';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { plottedRunsQuery } from '../runs/run-queries.js';
import { statusFill, statusLabel } from '../ui/status.js';
import { dateTime, duration } from '../ui/time.js';
import classes from './plots.module.css';

const WIDTH = 400;
const HEIGHT = 84;
/** Bars keep this width when there are few. */
const WIDEST = 12;
/** With fewer there is nothing to compare. */
const FEWEST = 2;

/** How long the latest runs took, and how late they began. */
export function Plots({ scheduleId }: { scheduleId: number }): ReactElement | null {
  const { data } = useQuery(plottedRunsQuery(scheduleId));
  const runs = (data?.items ?? []).filter(({ duration_ms }) => duration_ms !== null).toReversed();
  if (runs.length < FEWEST) return null;
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Plot title="Duration" runs={runs} valueOf={(run) => run.duration_ms ?? 0} />
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Plot title="Lateness" runs={runs} valueOf={(run) => run.lateness_ms ?? 0} />
      </Grid.Col>
    </Grid>
  );
}

function Plot(props: {
  title: string;
  runs: ListedRun[];
  valueOf: (run: ListedRun) => number;
}): ReactElement {
  const { title, runs, valueOf } = props;
  const values = runs.map(valueOf).sort((a, b) => a - b);
  const most = values.at(-1) ?? 0;
  const median = values[Math.floor(values.length / 2)] ?? 0;
  const step = Math.min(WIDTH / runs.length, WIDEST);
  const summary = `median ${duration(median)}, most ${duration(most)}`;
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <div className={classes.heading}>
        <Title order={2} size="h5">
          {title}
        </Title>
        <Text size="xs" c="dimmed">
          {summary} · last {runs.length} runs
        </Text>
      </div>
      <svg
        role="img"
        aria-label={`${title} of the last ${String(runs.length)} runs: ${summary}`}
        viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`}
        preserveAspectRatio="none"
        className={classes.plot}
      >
        {runs.map((run, index) => {
          const height = Math.max(2, (valueOf(run) / Math.max(most, 1)) * HEIGHT);
          return (
            <rect
              key={run.id}
              x={index * step}
              y={HEIGHT - height}
              width={step * 0.75}
              height={height}
              fill={statusFill(run.status)}
            >
              <title>{`${dateTime(run.scheduled_for)}: ${duration(valueOf(run))}, ${statusLabel(run.status)}`}</title>
            </rect>
          );
        })}
      </svg>
    </Paper>
  );
}
