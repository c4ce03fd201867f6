import { Alert, Paper, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { ApiError, type Preview as PreviewAnswer, schedules } from '@scheduler-service/client';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { server } from '../server/server.js';
import { Icon } from '../ui/icon.js';
import { problemText } from '../ui/problem.js';
import { dateTime, relative, VIEWER_ZONE, zoneCity } from '../ui/time.js';
import { useNow } from '../ui/use-now.js';
import classes from './preview.module.css';

const TYPING_MS = 150;
const COUNT = 8;

const previewQuery = (interval: string, timezone: string) =>
  queryOptions({
    queryKey: ['preview', interval, timezone],
    enabled: interval.trim() !== '' && timezone.trim() !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      schedules.preview(
        server,
        { schedule_interval: interval.trim(), timezone: timezone.trim(), count: COUNT },
        { signal },
      ),
  });

interface PreviewProps {
  interval: string;
  timezone: string;
}

/** When the interval in the form would fire, while it is being typed. The service decides; nothing is stored. */
export function Preview(typed: PreviewProps): ReactElement {
  const [{ interval, timezone }] = useDebouncedValue(typed, TYPING_MS);
  const { data, error } = useQuery(previewQuery(interval, timezone));
  return (
    <Paper withBorder p="lg" component="section" aria-label="Preview" className={classes.preview}>
      <Title order={2} size="h4" mb="sm">
        When it will fire
      </Title>
      <div aria-live="polite">
        {error ? (
          <Fault error={error} />
        ) : data ? (
          <Occurrences preview={data} timezone={timezone} />
        ) : (
          <Text c="dimmed" size="sm">
            Type an interval.
          </Text>
        )}
      </div>
    </Paper>
  );
}

function Fault({ error }: { error: Error }): ReactElement {
  const fields = error instanceof ApiError ? Object.values(error.fields) : [];
  return (
    <Text size="sm" c="var(--status-bad)">
      {fields.length > 0 ? `Not yet: ${fields.join('; ')}` : problemText(error)}
    </Text>
  );
}

function Occurrences({ preview, timezone }: { preview: PreviewAnswer; timezone: string }): ReactElement {
  const now = useNow();
  const elsewhere = timezone !== VIEWER_ZONE;
  return (
    <Stack gap="sm">
      <Text fw={600}>{preview.description}</Text>
      <ol className={classes.list}>
        {preview.occurrences.map(({ at }) => (
          <li key={at}>
            <span>{dateTime(at, timezone)}</span>
            <span className={classes.distance}>{relative(at, now)}</span>
            {elsewhere && <span className={classes.elsewhere}>{dateTime(at)} where you are</span>}
          </li>
        ))}
      </ol>
      <Text size="xs" c="dimmed">
        Times in {zoneCity(timezone)}
      </Text>
      {preview.warnings.map((warning) => (
        <Alert key={warning} color="orange" p="xs" icon={<Icon name="warning" />}>
          {warning}
        </Alert>
      ))}
    </Stack>
  );
}
