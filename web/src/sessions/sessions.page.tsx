import { Badge, Text } from '@mantine/core';
import { auth, type Session } from '@scheduler-service/client';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { ConfirmButton } from '../ui/confirm.js';
import { Clock, Instant } from '../ui/instant.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { type Columns, DataTable } from '../ui/table.js';
import { deviceOf } from './device.js';

const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => auth.listSessions(server, {}, { signal }),
});

const COLUMNS: Columns<Session> = [
  {
    title: 'Device',
    cell: ({ user_agent, current }) => (
      <span title={user_agent}>
        <b>{deviceOf(user_agent)}</b>{' '}
        {current && (
          <Badge size="sm" variant="light">
            this one
          </Badge>
        )}
      </span>
    ),
  },
  { title: 'Address', width: 180, cell: ({ address }) => address },
  { title: 'Signed in', width: 130, cell: ({ created_at }) => <Instant at={created_at} /> },
  { title: 'Expires', width: 210, cell: ({ expires_at }) => <Clock at={expires_at} /> },
  {
    title: 'Actions',
    hiddenTitle: true,
    width: 110,
    cell: (session) =>
      session.current ? (
        <Text size="xs" c="dimmed">
          Sign out to end it
        </Text>
      ) : (
        <End session={session} />
      ),
  },
];

export default function SessionsPage(): ReactElement {
  return (
    <Page
      title="Sessions"
      lead="Where you are signed in. End what you do not know, and change your password."
    >
      <Loaded query={useQuery(sessionsQuery)}>
        {({ items }) => (
          <DataTable caption="Sessions" rows={items} columns={COLUMNS} keyOf={({ id }) => id} />
        )}
      </Loaded>
    </Page>
  );
}

function End({ session: { id, user_agent } }: { session: Session }): ReactElement {
  return (
    <ConfirmButton
      size="xs"
      aria-label={`End the session of ${deviceOf(user_agent)}`}
      question="End this session?"
      consequence="Whoever uses it has to sign in again."
      verb="End it"
      act={async () => {
        await auth.deleteSession(server, id);
        await queryClient.invalidateQueries({ queryKey: ['sessions'] });
      }}
    >
      End
    </ConfirmButton>
  );
}
