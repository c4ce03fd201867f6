import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Overview } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { Instant } from '../ui/instant.js';
import { TextLink } from '../ui/links.js';
import { Labelled } from '../ui/status.js';

const SHOWN = 6;

/** The schedules whose latest run failed. */
export function Failing({ failing, count }: { failing: Overview['failing']; count: number }): ReactElement {
  return (
    <Paper withBorder p="md" h="100%" component="section" aria-label="Failing now">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          Failing now
        </Title>
        {count > 0 && (
          <Text size="sm" c="var(--status-bad)" fw={600}>
            {count}
          </Text>
        )}
      </Group>
      {failing.length === 0 ? (
        <Labelled icon="check" tone="good">
          Every schedule’s latest run went well
        </Labelled>
      ) : (
        <Stack gap="sm">
          {failing.slice(0, SHOWN).map((schedule) => (
            <div key={schedule.schedule_id}>
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <TextLink
                  to="/schedules/$id"
                  params={{ id: String(schedule.schedule_id) }}
                  size="sm"
                  fw={600}
                  truncate
                >
                  {schedule.title}
                </TextLink>
                <Text size="xs" c="dimmed" component="div" style={{ whiteSpace: 'nowrap' }}>
                  {schedule.consecutive_failures}× · <Instant at={schedule.last_failed_at} />
                </Text>
              </Group>
              <Text size="xs" c="dimmed" lineClamp={2}>
                {schedule.last_error}
              </Text>
            </div>
          ))}
          {count > SHOWN && (
            <Text size="xs" c="dimmed">
              and {count - SHOWN} more
            </Text>
          )}
        </Stack>
      )}
    </Paper>
  );
}
