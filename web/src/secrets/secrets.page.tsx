import { Button, Code, Text } from '@mantine/core';
import { type Secret, secrets } from '@scheduler-service/client';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { ConfirmButton } from '../ui/confirm.js';
import { Empty } from '../ui/empty.js';
import { Icon } from '../ui/icon.js';
import { Clock } from '../ui/instant.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { type Columns, DataTable } from '../ui/table.js';
import { SecretForm } from './secret-form.js';

const secretsQuery = queryOptions({
  queryKey: ['secrets', 'list'],
  queryFn: ({ signal }) => secrets.list(server, {}, { signal }),
});

export default function SecretsPage(): ReactElement {
  const [editing, setEditing] = useState<Secret | 'new'>();
  const add = (
    <Button
      leftSection={<Icon name="plus" />}
      onClick={() => {
        setEditing('new');
      }}
    >
      New secret
    </Button>
  );
  const columns: Columns<Secret> = [
    {
      title: 'Name',
      cell: ({ name }) => (
        <Text size="sm" fw={600}>
          {name}
        </Text>
      ),
    },
    { title: 'In an action', cell: ({ name }) => <Code>{`{{secrets.${name}}}`}</Code> },
    { title: 'Changed', width: 220, cell: ({ updated_at }) => <Clock at={updated_at} /> },
    {
      title: 'Actions',
      hiddenTitle: true,
      width: 210,
      cell: (secret) => (
        <Button.Group>
          <Button
            size="xs"
            variant="default"
            aria-label={`Replace the value of ${secret.name}`}
            onClick={() => {
              setEditing(secret);
            }}
          >
            Replace
          </Button>
          <ConfirmButton
            size="xs"
            aria-label={`Delete ${secret.name}`}
            question={`Delete ${secret.name}?`}
            consequence="Runs of actions that use it will fail."
            verb="Delete"
            act={async () => {
              await secrets.delete(server, secret.id);
              await queryClient.invalidateQueries({ queryKey: ['secrets'] });
            }}
          >
            Delete
          </ConfirmButton>
        </Button.Group>
      ),
    },
  ];
  return (
    <Page
      title="Secrets"
      lead="Values that your actions use and nobody reads back: they are encrypted, and blotted out of outputs and logs."
      actions={add}
    >
      <Loaded query={useQuery(secretsQuery)}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="lock" title="No secrets yet">
              Keep a token here, and write <Code>{'{{secrets.NAME}}'}</Code> where a call needs it: in its
              URL, headers or body.
            </Empty>
          ) : (
            <DataTable caption="Secrets" rows={items} columns={columns} keyOf={({ id }) => id} />
          )
        }
      </Loaded>
      <SecretForm
        key={editing === 'new' ? 'new' : editing?.id}
        editing={editing}
        onDone={() => {
          setEditing(undefined);
        }}
      />
    </Page>
  );
}
