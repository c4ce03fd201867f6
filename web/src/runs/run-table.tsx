import { Anchor, Text } from '@mantine/core';
import type { ListedRun } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { Clock } from '../ui/instant.js';
import { ScheduleName } from './schedule-name.js';
import { Status } from '../ui/status.js';
import { type Columns, DataTable } from '../ui/table.js';
import { duration } from '../ui/time.js';

const TRIGGERS = { schedule: '', catch_up: 'catch-up', manual: 'by hand', replay: 'replay' } as const;

interface RunTableProps {
  runs: readonly ListedRun[];
  withSchedule: boolean;
  onOpen: (run: ListedRun) => void;
}

export function RunTable({ runs, withSchedule, onOpen }: RunTableProps): ReactElement {
  const columns: Columns<ListedRun> = [
    { title: 'Status', width: 130, cell: ({ status }) => <Status status={status} /> },
    {
      title: 'Scheduled for',
      width: 250,
      cell: (run) => (
        <>
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => {
              onOpen(run);
            }}
          >
            <Clock at={run.scheduled_for} />
          </Anchor>{' '}
          <Text span size="xs" c="dimmed">
            {TRIGGERS[run.trigger]}
          </Text>
        </>
      ),
    },
    ...(withSchedule ? [{ title: 'Schedule', width: 220, cell: scheduleOf }] : []),
    { title: 'Late by', width: 90, cell: ({ lateness_ms }) => duration(lateness_ms) },
    { title: 'Took', width: 90, cell: ({ duration_ms }) => duration(duration_ms) },
    {
      title: 'Attempts',
      width: 90,
      cell: ({ attempt, max_attempts }) =>
        attempt === 0 ? '–' : `${String(attempt)} of ${String(max_attempts)}`,
    },
    { title: 'Outcome', cell: outcomeOf },
  ];
  return <DataTable caption="Runs, newest first" rows={runs} columns={columns} keyOf={({ id }) => id} />;
}

const scheduleOf = ({ schedule_id }: ListedRun): ReactElement => <ScheduleName id={schedule_id} />;

function outcomeOf({ error, status_code, missed_count }: ListedRun): ReactElement | string {
  if (missed_count > 1) return `${String(missed_count)} occurrences. ${error ?? ''}`;
  if (error !== null)
    return (
      <Text size="sm" lineClamp={2}>
        {error}
      </Text>
    );
  return status_code === null ? '' : `HTTP ${String(status_code)}`;
}
