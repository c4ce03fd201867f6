import { Button, Code } from '@mantine/core';
import { type ApiKey, auth } from '@scheduler-service/client';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { ConfirmButton } from '../ui/confirm.js';
import { Empty } from '../ui/empty.js';
import { Icon } from '../ui/icon.js';
import { Clock, Instant } from '../ui/instant.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { ShownOnce } from '../ui/shown-once.js';
import { type Columns, DataTable } from '../ui/table.js';
import { ApiKeyForm } from './api-key-form.js';

const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: ({ signal }) => auth.listApiKeys(server, {}, { signal }),
});

const COLUMNS: Columns<ApiKey> = [
  { title: 'Name', cell: ({ name }) => <b>{name}</b> },
  { title: 'Key', width: 140, cell: ({ hint }) => <Code>{hint}</Code> },
  { title: 'May', width: 120, cell: ({ scopes }) => scopes.join(', ') },
  { title: 'Last used', width: 120, cell: ({ last_used_at }) => <Instant at={last_used_at} /> },
  {
    title: 'Expires',
    width: 200,
    cell: ({ expires_at }) => (expires_at === null ? 'never' : <Clock at={expires_at} />),
  },
  { title: 'Actions', hiddenTitle: true, width: 110, cell: (key) => <Revoke apiKey={key} /> },
];

export default function ApiKeysPage(): ReactElement {
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Page
      title="API keys"
      lead="For programs: a key works wherever a sign-in does, within its scopes."
      actions={
        <Button
          leftSection={<Icon name="plus" />}
          onClick={() => {
            setAsking(true);
          }}
        >
          New API key
        </Button>
      }
    >
      <Loaded query={useQuery(apiKeysQuery)}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="key" title="No API keys yet">
              A program sends its key as <Code>Authorization: Bearer sch_…</Code> and acts for you. Give it
              only the scopes that it needs.
            </Empty>
          ) : (
            <DataTable caption="API keys" rows={items} columns={COLUMNS} keyOf={({ id }) => id} />
          )
        }
      </Loaded>
      <ApiKeyForm
        key={String(asking)}
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
        onCreated={(key) => {
          setAsking(false);
          setSecret(key);
          void queryClient.invalidateQueries({ queryKey: ['api-keys'] });
        }}
      />
      <ShownOnce
        title="Your new API key"
        value={secret}
        onDone={() => {
          setSecret(null);
        }}
      >
        Only a hash of it is stored. Whoever has it can act for you.
      </ShownOnce>
    </Page>
  );
}

function Revoke({ apiKey: { id, name } }: { apiKey: ApiKey }): ReactElement {
  return (
    <ConfirmButton
      size="xs"
      aria-label={`Revoke ${name}`}
      question={`Revoke ${name}?`}
      consequence="Programs that use it are refused at once."
      verb="Revoke"
      act={async () => {
        await auth.deleteApiKey(server, id);
        await queryClient.invalidateQueries({ queryKey: ['api-keys'] });
      }}
    >
      Revoke
    </ConfirmButton>
  );
}
