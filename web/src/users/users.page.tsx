import { Button, Group, Text } from '@mantine/core';
import { type User, users } from '@scheduler-service/client';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { useUser } from '../server/session.js';
import { ConfirmButton } from '../ui/confirm.js';
import { Icon } from '../ui/icon.js';
import { Clock } from '../ui/instant.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { type Columns, DataTable } from '../ui/table.js';
import { UserForm } from './user-form.js';

const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => users.list(server, {}, { signal }),
});

export default function UsersPage(): ReactElement {
  const self = useUser();
  const [editing, setEditing] = useState<User | 'new'>();
  const columns: Columns<User> = [
    {
      title: 'Name',
      cell: ({ id, first_name, last_name }) => (
        <>
          <b>
            {first_name} {last_name}
          </b>
          {id === self.id && (
            <Text span size="xs" c="dimmed">
              {' '}
              that is you
            </Text>
          )}
        </>
      ),
    },
    { title: 'E-mail', cell: ({ email }) => email },
    { title: 'Role', width: 100, cell: ({ role }) => role },
    { title: 'Since', width: 210, cell: ({ created_at }) => <Clock at={created_at} /> },
    {
      title: 'Actions',
      hiddenTitle: true,
      width: 170,
      cell: (user) => (
        <Group gap={4} wrap="nowrap">
          <Button
            size="xs"
            variant="default"
            aria-label={`Edit ${user.email}`}
            onClick={() => {
              setEditing(user);
            }}
          >
            Edit
          </Button>
          {user.id !== self.id && <Delete user={user} />}
        </Group>
      ),
    },
  ];
  return (
    <Page
      title="Users"
      lead="Admins see and change everything; members what is theirs."
      actions={
        <Button
          leftSection={<Icon name="plus" />}
          onClick={() => {
            setEditing('new');
          }}
        >
          New user
        </Button>
      }
    >
      <Loaded query={useQuery(usersQuery)}>
        {({ items }) => <DataTable caption="Users" rows={items} columns={columns} keyOf={({ id }) => id} />}
      </Loaded>
      {editing && (
        <UserForm
          user={editing === 'new' ? undefined : editing}
          onDone={() => {
            setEditing(undefined);
          }}
        />
      )}
    </Page>
  );
}

function Delete({ user: { id, email } }: { user: User }): ReactElement {
  return (
    <ConfirmButton
      size="xs"
      aria-label={`Delete ${email}`}
      question={`Delete ${email}?`}
      consequence="The schedules stay, without an owner and disabled. Sessions and API keys end at once."
      verb="Delete"
      act={async () => {
        await users.delete(server, id);
        await queryClient.invalidateQueries({ queryKey: ['users'] });
      }}
    >
      Delete
    </ConfirmButton>
  );
}
