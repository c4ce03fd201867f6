import { Alert, Badge, Code, Grid, Paper, Stack, Text, Title } from '@mantine/core';
import { type Schedule, schedules } from '@scheduler-service/client';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { ScheduleStateLabel } from '../schedules/schedule-state.js';
import { server } from '../server/server.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icon.js';
import { Clock, Instant } from '../ui/instant.js';
import { TextLink } from '../ui/links.js';
import { timeOfDay, VIEWER_ZONE, zoneCity } from '../ui/time.js';
import { policiesOf } from './policies.js';

const upcomingQuery = ({ id, updated_at, next_run }: Schedule) =>
  queryOptions({
    queryKey: ['schedules', 'upcoming', id, updated_at, next_run],
    enabled: next_run !== null,
    queryFn: ({ signal }) => schedules.listUpcoming(server, id, { count: 4 }, { signal }),
  });

/** What a schedule is, in three boxes: when, what, and how. */
export function Summary({ schedule }: { schedule: Schedule }): ReactElement {
  return (
    <>
      {schedule.disabled_reason !== null && (
        <Alert color="orange" icon={<Icon name="warning" />} title="The service disabled this schedule">
          {schedule.disabled_reason}
        </Alert>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <When schedule={schedule} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <What schedule={schedule} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Box title="How">
            <Facts facts={policiesOf(schedule)} />
          </Box>
        </Grid.Col>
      </Grid>
    </>
  );
}

function Box({ title, children }: { title: string; children: React.ReactNode }): ReactElement {
  return (
    <Paper withBorder p="md" h="100%" component="section" aria-label={title}>
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function When({ schedule }: { schedule: Schedule }): ReactElement {
  const { data: upcoming } = useQuery(upcomingQuery(schedule));
  const elsewhere = schedule.timezone !== VIEWER_ZONE;
  return (
    <Box title="When">
      <Stack gap="xs">
        <div>
          <Text fw={600}>{schedule.interval_description}</Text>
          <Code>{schedule.schedule_interval}</Code>{' '}
          <Text span size="xs" c="dimmed">
            {schedule.timezone}
          </Text>
        </div>
        <ScheduleStateLabel schedule={schedule} />
        {schedule.next_run !== null && (
          <Text size="sm" component="div">
            Next <Instant at={schedule.next_run} zone={schedule.timezone} />
          </Text>
        )}
        {schedule.next_run !== null && upcoming && (
          <ol
            style={{
              margin: 0,
              paddingLeft: 18,
              fontSize: 'var(--mantine-font-size-xs)',
              color: 'var(--mantine-color-dimmed)',
            }}
          >
            {upcoming.map(({ at }) => (
              <li key={at}>
                <Clock at={at} />
                {elsewhere && (
                  <>
                    {' · '}
                    {timeOfDay(at, schedule.timezone)} {zoneCity(schedule.timezone)}
                  </>
                )}
              </li>
            ))}
          </ol>
        )}
      </Stack>
    </Box>
  );
}

function What({ schedule: { action, tags } }: { schedule: Schedule }): ReactElement {
  return (
    <Box title="What">
      <Stack gap="xs">
        {action.type === 'http' ? (
          <>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              <Badge variant="light" radius="sm" mr={6}>
                {action.method ?? 'POST'}
              </Badge>
              {action.url}
            </Text>
            <Facts
              facts={[
                ['Headers', Object.keys(action.headers ?? {}).join(', ') || 'none of its own'],
                [
                  'Body',
                  action.body === undefined ? 'none' : typeof action.body === 'string' ? 'text' : 'JSON',
                ],
                ['Time limit', `${String(action.timeout_seconds ?? 30)} s`],
                ['Good statuses', (action.expected_statuses ?? ['2xx']).join(', ')],
              ]}
            />
          </>
        ) : (
          <Text size="sm">Writes one line to the service’s log.</Text>
        )}
        {tags.length > 0 && (
          <Text size="sm">
            {tags.map((tag) => (
              <TextLink key={tag} to="/schedules" search={{ tag }} mr="xs" size="sm">
                #{tag}
              </TextLink>
            ))}
          </Text>
        )}
      </Stack>
    </Box>
  );
}
