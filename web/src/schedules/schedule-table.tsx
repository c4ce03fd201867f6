import { Checkbox, Paper, Table, Text } from '@mantine/core';
import type { RecentRuns, Schedule } from '@scheduler-service/client';
import { useQuery } from '@tanstack/react-query';
import { memo, type ReactElement, useMemo } from 'react';
import { Instant } from '../ui/instant.js';
import { TextLink } from '../ui/links.js';
import { timeOfDay, VIEWER_ZONE, zoneCity } from '../ui/time.js';
import { RowMenu } from './row-menu.js';
import { RunStrip } from './run-strip.js';
import { recentRunsQuery } from './schedule-queries.js';
import { ScheduleStateLabel } from './schedule-state.js';
import classes from './schedule-table.module.css';
import type { TableSort } from './schedules-search.js';
import { SortableHeader } from './sortable-header.js';

interface TableProps {
  schedules: readonly Schedule[];
  selected: ReadonlySet<number>;
  onMark: (id: number) => void;
  sort: TableSort | undefined;
  onSort: (sort: TableSort | undefined) => void;
}

export function ScheduleTable({ schedules, selected, onMark, sort, onSort }: TableProps): ReactElement {
  const { data: recent } = useQuery(recentRunsQuery(schedules));
  const runsOf = useMemo(
    () => new Map(recent?.map(({ schedule_id, runs }) => [schedule_id, runs])),
    [recent],
  );
  return (
    <Paper withBorder className={classes.frame}>
      <Table verticalSpacing={9} horizontalSpacing="md" className={classes.table} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={40}>
              <span className={classes.hidden}>Mark</span>
            </Table.Th>
            <SortableHeader by="title" sort={sort} onSort={onSort}>
              Schedule
            </SortableHeader>
            <Table.Th w={120}>State</Table.Th>
            <SortableHeader by="last_run" w={176} sort={sort} onSort={onSort}>
              Last runs
            </SortableHeader>
            <SortableHeader by="next_run" w={150} sort={sort} onSort={onSort}>
              Next run
            </SortableHeader>
            <Table.Th w={100}>
              <span className={classes.hidden}>Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {schedules.map((schedule) => (
            <Row
              key={schedule.id}
              schedule={schedule}
              runs={recent && (runsOf.get(schedule.id) ?? [])}
              marked={selected.has(schedule.id)}
              onMark={onMark}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

interface RowProps {
  schedule: Schedule;
  runs: RecentRuns['runs'] | undefined;
  marked: boolean;
  onMark: (id: number) => void;
}

/** A click on a mark, or an event, draws one row anew and leaves the other 99. */
const Row = memo(function Row({ schedule, runs, marked, onMark }: RowProps): ReactElement {
  return (
    <Table.Tr bg={marked ? 'var(--mantine-primary-color-light)' : undefined}>
      <Table.Td className={classes.mark}>
        <Checkbox
          aria-label={`Mark ${schedule.title}`}
          checked={marked}
          onChange={() => {
            onMark(schedule.id);
          }}
        />
      </Table.Td>
      <Table.Td className={classes.what}>
        <TextLink
          to="/schedules/$id"
          params={{ id: String(schedule.id) }}
          size="sm"
          fw={600}
          c="var(--mantine-color-text)"
        >
          {schedule.title}
        </TextLink>
        <Text size="xs" c="dimmed" component="div" className={classes.about}>
          <span>{schedule.interval_description}</span>
          <Text span inherit ff="monospace" className={classes.pattern}>
            {schedule.schedule_interval}
          </Text>
          {schedule.tags.map((tag) => (
            <TextLink key={tag} to="/schedules" search={{ tag }} inherit>
              #{tag}
            </TextLink>
          ))}
        </Text>
      </Table.Td>
      <Table.Td>
        <ScheduleStateLabel schedule={schedule} />
      </Table.Td>
      <Table.Td>
        <RunStrip runs={runs} />
      </Table.Td>
      <Table.Td>
        <NextRun schedule={schedule} />
      </Table.Td>
      <Table.Td className={classes.actions}>
        <RowMenu schedule={schedule} />
      </Table.Td>
    </Table.Tr>
  );
});

function NextRun({ schedule: { next_run: at, timezone } }: { schedule: Schedule }): ReactElement {
  if (at === null)
    return (
      <Text size="sm" c="dimmed">
        –
      </Text>
    );
  return (
    <>
      <Text size="sm" component="div">
        <Instant at={at} zone={timezone} />
      </Text>
      <Text size="xs" c="dimmed">
        {timeOfDay(at)}
        {timezone !== VIEWER_ZONE && ` · ${timeOfDay(at, timezone)} ${zoneCity(timezone)}`}
      </Text>
    </>
  );
}
