import { Stack, Title } from '@mantine/core';
import { ApiError } from '@scheduler-service/client';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { History } from '../runs/history.js';
import { RunDrawer } from '../runs/run-drawer.js';
import { scheduleQuery } from '../schedules/schedule-queries.js';
import { Empty } from '../ui/empty.js';
import { ButtonLink } from '../ui/links.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { ScheduleActions } from './actions.js';
import { Plots } from './plots.js';
import { Summary } from './summary.js';

export default function SchedulePage(): ReactElement {
  const id = Number(useParams({ from: '/members/schedules/$id' }).id);
  const search = useSearch({ from: '/members/schedules/$id' });
  const navigate = useNavigate({ from: '/schedules/$id' });
  const query = useQuery(scheduleQuery(id));
  const show = (change: Partial<typeof search>): void => void navigate({ search: { ...search, ...change } });
  const open = (run: { id: number }): void => {
    show({ run: run.id });
  };
  if (!query.data && query.error instanceof ApiError && query.error.status === 404) return <Gone />;
  return (
    <Loaded query={query} rows={8}>
      {(schedule) => (
        <Page
          title={schedule.title}
          lead={schedule.description ?? undefined}
          actions={<ScheduleActions schedule={schedule} onRun={open} />}
        >
          <Summary schedule={schedule} />
          <Plots scheduleId={id} />
          <Stack gap="sm" component="section" aria-labelledby="history">
            <Title order={2} size="h4" id="history">
              History
            </Title>
            <History scheduleId={id} search={search} onSearch={show} onOpen={open} />
          </Stack>
          <RunDrawer
            id={search.run}
            onClose={() => {
              show({ run: undefined });
            }}
            onOpen={open}
          />
        </Page>
      )}
    </Loaded>
  );
}

function Gone(): ReactElement {
  return (
    <Page title="No such schedule">
      <Empty
        icon="search"
        title="It is not here"
        action={<ButtonLink to="/schedules">To all schedules</ButtonLink>}
      >
        It was deleted, or it belongs to somebody else.
      </Empty>
    </Page>
  );
}
