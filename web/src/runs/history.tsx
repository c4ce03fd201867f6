import { Group, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import type { ListedRun } from '@scheduler-service/client';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Pager } from '../ui/pager.js';
import { Empty } from '../ui/empty.js';
import { Loaded } from '../ui/loaded.js';
import { RUN_STATUSES, statusLabel } from '../ui/status.js';
import { runsQuery } from './run-queries.js';
import { RunTable } from './run-table.js';
import { type RunsSearch, type Span, SPANS } from './runs-search.js';

interface HistoryProps {
  /** Whose runs; everybody's without one. */
  scheduleId?: number;
  search: RunsSearch;
  onSearch: (change: RunsSearch) => void;
  onOpen: (run: ListedRun) => void;
}

/** What became of every occurrence, newest first. */
export function History({ scheduleId, search, onSearch, onOpen }: HistoryProps): ReactElement {
  const { status, span, after } = search;
  const query = useQuery(runsQuery({ status, span, after }, scheduleId));
  const show = (change: RunsSearch): void => {
    onSearch({ after: undefined, ...change });
  };
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Select
          aria-label="Status"
          placeholder="Every status"
          clearable
          w={170}
          value={status ?? null}
          data={RUN_STATUSES.map((value) => ({ value, label: statusLabel(value) }))}
          onChange={(value) => {
            show({ status: RUN_STATUSES.find((known) => known === value) });
          }}
        />
        <SegmentedControl
          aria-label="Scheduled within"
          value={span ?? 'ever'}
          data={[
            { value: 'hour', label: 'Hour' },
            { value: 'day', label: 'Day' },
            { value: 'week', label: 'Week' },
            { value: 'ever', label: 'Ever' },
          ]}
          onChange={(value) => {
            show({ span: value in SPANS ? (value as Span) : undefined });
          }}
        />
      </Group>
      <Loaded query={query} rows={6}>
        {({ items, cursor, total, totalIsCapped }) =>
          items.length === 0 ? (
            <Empty icon="list" title="No runs here">
              {status !== undefined || span !== undefined
                ? 'None match the filter.'
                : 'Every occurrence leaves a row here: when it was due, how late it was, and what became of it.'}
            </Empty>
          ) : (
            <>
              <Text size="xs" c="dimmed">
                {totalIsCapped ? 'More than ' : ''}
                {total.toLocaleString('en')} {total === 1 ? 'run' : 'runs'}
              </Text>
              <RunTable runs={items} withSchedule={scheduleId === undefined} onOpen={onOpen} />
              <Pager
                page={(after?.length ?? 0) + 1}
                onPrevious={
                  after &&
                  (() => {
                    show({ after: after.length > 1 ? after.slice(0, -1) : undefined });
                  })
                }
                onNext={
                  cursor === undefined
                    ? undefined
                    : () => {
                        show({ after: [...(after ?? []), cursor] });
                      }
                }
              />
            </>
          )
        }
      </Loaded>
    </Stack>
  );
}
