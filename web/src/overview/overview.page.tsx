import { Grid, Text } from '@mantine/core';
import type { Overview } from '@scheduler-service/client';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useUser } from '../server/session.js';
import { Icon } from '../ui/icon.js';
import { ButtonLink } from '../ui/links.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { Failing } from './failing.js';
import { FirstSteps } from './first-steps.js';
import { Hours } from './hours.js';
import { Numbers } from './numbers.js';
import { overviewQuery } from './overview-queries.js';
import { Upcoming } from './upcoming.js';

export default function OverviewPage(): ReactElement {
  const query = useQuery(overviewQuery);
  const { first_name } = useUser();
  const none = query.data?.schedules.total === 0;
  return (
    <Page
      title="Overview"
      lead={none ? `Welcome, ${first_name}.` : undefined}
      actions={
        !none && (
          <ButtonLink to="/schedules/new" leftSection={<Icon name="plus" />}>
            New schedule
          </ButtonLink>
        )
      }
    >
      <Loaded query={query} rows={6}>
        {(overview) => (none ? <FirstSteps /> : <Figures overview={overview} />)}
      </Loaded>
    </Page>
  );
}

function Figures({ overview }: { overview: Overview }): ReactElement {
  return (
    <>
      <Numbers overview={overview} />
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Upcoming />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Failing failing={overview.failing} count={overview.schedules.failing} />
        </Grid.Col>
      </Grid>
      <Hours hours={overview.hours} />
      {!overview.complete && (
        <Text size="xs" c="dimmed">
          There were more runs than are counted here: the figures begin at{' '}
          {new Date(overview.from).toLocaleString('en-GB')}.
        </Text>
      )}
    </>
  );
}
