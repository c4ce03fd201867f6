import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Stack } from '@mantine/core';
import type { Page as ListPage, Schedule } from '@scheduler-service/client';
import { type ReactElement, useCallback, useState } from 'react';
import { Empty } from '../ui/empty.js';
import { Icon } from '../ui/icon.js';
import { ButtonLink } from '../ui/links.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { BulkBar } from './bulk-bar.js';
import { Filters } from './filters.js';
import { Pager } from '../ui/pager.js';
import { PAGE_SIZE, schedulesQuery } from './schedule-queries.js';
import { ScheduleTable } from './schedule-table.js';
import type { SchedulesSearch } from './schedules-search.js';

export default function SchedulesPage(): ReactElement {
  const search = useSearch({ from: '/members/schedules' });
  const navigate = useNavigate({ from: '/schedules' });
  const query = useQuery(schedulesQuery(search));
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const mark = useCallback((id: number) => {
    setSelected((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  const show = (change: SchedulesSearch): void => {
    setSelected(new Set());
    void navigate({ search: { ...search, after: undefined, ...change } });
  };
  const total = query.data && countOf(query.data);
  return (
    <Page
      title="Schedules"
      lead={total}
      actions={
        <ButtonLink to="/schedules/new" leftSection={<Icon name="plus" />}>
          New schedule
        </ButtonLink>
      }
    >
      <Filters search={search} onChange={show} />
      <Loaded query={query} rows={8}>
        {({ items, cursor, total: count }) =>
          items.length === 0 ? (
            <NoSchedules
              filtered={search.q !== undefined || search.tag !== undefined || search.state !== undefined}
              onClear={show}
            />
          ) : (
            <Stack gap="sm" style={{ opacity: query.isPlaceholderData ? 0.6 : 1 }}>
              <BulkBar shown={items} selected={selected} onSelect={setSelected} />
              <ScheduleTable
                schedules={items}
                selected={selected}
                onMark={mark}
                sort={search.sort}
                onSort={(sort) => {
                  show({ sort });
                }}
              />
              <Pager
                page={(search.after?.length ?? 0) + 1}
                // A page of long rows is shorter, and then nobody knows how many there are.
                pages={
                  cursor !== undefined && items.length < PAGE_SIZE ? undefined : Math.ceil(count / PAGE_SIZE)
                }
                onPrevious={
                  search.after &&
                  (() => {
                    show({ after: search.after?.slice(0, -1) });
                  })
                }
                onNext={
                  cursor === undefined
                    ? undefined
                    : () => {
                        show({ after: [...(search.after ?? []), cursor] });
                      }
                }
              />
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

const countOf = ({ total, totalIsCapped }: ListPage<Schedule>): string =>
  `${totalIsCapped ? 'More than ' : ''}${total.toLocaleString('en')} ${total === 1 ? 'schedule' : 'schedules'}`;

function NoSchedules({
  filtered,
  onClear,
}: {
  filtered: boolean;
  onClear: (search: SchedulesSearch) => void;
}): ReactElement {
  return filtered ? (
    <Empty
      icon="search"
      title="No schedule matches"
      action={
        <Button
          variant="default"
          onClick={() => {
            onClear({ q: undefined, tag: undefined, state: undefined });
          }}
        >
          Show all
        </Button>
      }
    >
      Search looks at titles and descriptions.
    </Empty>
  ) : (
    <Empty
      icon="calendar"
      title="Nothing is scheduled yet"
      action={<ButtonLink to="/schedules/new">Create a schedule</ButtonLink>}
    >
      A schedule says when something is due, such as “every weekday at 09:00 in Berlin”, and what is to be
      done: call a URL, or write a line to the log. Every occurrence leaves a row in its history.
    </Empty>
  );
}
