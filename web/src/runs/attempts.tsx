import { Badge, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { EarlierAttempt, Run } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { Clock } from '../ui/instant.js';
import { isOver } from '../ui/status.js';
import { dateTime, duration } from '../ui/time.js';

type Shown = Omit<EarlierAttempt, 'started_at' | 'error'> & {
  started_at: string | null;
  error: string | null;
};

/** Every attempt with what was answered, the latest first. */
export function Attempts({ run }: { run: Run }): ReactElement {
  const waiting = run.status === 'queued' && run.attempts.length > 0;
  const latest: Shown[] = waiting || run.attempt === 0 ? [] : [run];
  const shown = [...latest, ...run.attempts.toReversed()];
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        Attempts
      </Title>
      {waiting && <Text size="sm">The next attempt begins at {dateTime(run.available_at)}.</Text>}
      {shown.map((attempt) => (
        <Attempt key={attempt.attempt} attempt={attempt} running={attempt === run && !isOver(run)} />
      ))}
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {run.error ?? 'None has begun.'}
        </Text>
      )}
    </Stack>
  );
}

function Attempt({ attempt, running }: { attempt: Shown; running: boolean }): ReactElement {
  const { error, output, status_code } = attempt;
  return (
    <Paper withBorder p="sm">
      <Group gap="xs" mb={error !== null || output !== null ? 'xs' : 0}>
        <Text size="sm" fw={600}>
          No. {attempt.attempt}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          <Clock at={attempt.started_at} /> · {running ? 'running' : duration(attempt.duration_ms)}
        </Text>
        {status_code !== null && (
          <Badge variant="default" radius="sm">
            HTTP {status_code}
          </Badge>
        )}
      </Group>
      {error !== null && (
        <Text size="sm" c="var(--status-bad)" style={{ overflowWrap: 'anywhere' }}>
          {error}
        </Text>
      )}
      {output !== null && output !== '' && (
        <Code
          block
          mt={4}
          tabIndex={0}
          role="region"
          aria-label={`Output of attempt ${String(attempt.attempt)}`}
          style={{ maxHeight: 320, overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {output}
        </Code>
      )}
    </Paper>
  );
}
