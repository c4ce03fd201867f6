import { Code, Text } from '@mantine/core';
import { audit, type AuditEntry } from '@scheduler-service/client';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { Pager } from '../ui/pager.js';
import { server } from '../server/server.js';
import { Empty } from '../ui/empty.js';
import { Clock } from '../ui/instant.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { type Columns, DataTable } from '../ui/table.js';

const PAGE_SIZE = 50;

const auditQuery = (cursor: string | undefined) =>
  queryOptions({
    queryKey: ['audit-log', cursor],
    staleTime: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => audit.listLog(server, { limit: PAGE_SIZE, cursor }, { signal }),
  });

const COLUMNS: Columns<AuditEntry> = [
  { title: 'When', width: 210, cell: ({ at }) => <Clock at={at} /> },
  { title: 'What', width: 200, cell: ({ action }) => <Code>{action}</Code> },
  { title: 'Who', width: 150, cell: actorOf },
  {
    title: 'To',
    width: 140,
    cell: ({ target_type, target_id }) => `${target_type} ${target_id === null ? '' : String(target_id)}`,
  },
  { title: 'From', width: 130, cell: ({ address }) => address ?? '–' },
  {
    title: 'Details',
    cell: ({ details }) => (
      <Text size="xs" c="dimmed">
        {Object.entries(details)
          .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
          .join(', ')}
      </Text>
    ),
  },
];

function actorOf({ actor_id, api_key_id }: AuditEntry): string {
  if (actor_id === null) return 'a visitor or the service';
  return `user ${String(actor_id)}${api_key_id === null ? '' : `, key ${String(api_key_id)}`}`;
}

export default function AuditLogPage(): ReactElement {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const query = useQuery(auditQuery(cursors.at(-1)));
  return (
    <Page title="Audit log" lead="Who did what: sign-ins, keys, secrets, roles, deletions.">
      <Loaded query={query} rows={8}>
        {({ items, cursor }) =>
          items.length === 0 ? (
            <Empty icon="book" title="Nothing has happened yet">
              Sensitive acts leave an entry here.
            </Empty>
          ) : (
            <>
              <DataTable
                caption="Audit log, newest first"
                rows={items}
                columns={COLUMNS}
                keyOf={({ id }) => id}
              />
              <Pager
                page={cursors.length + 1}
                onPrevious={
                  cursors.length === 0
                    ? undefined
                    : () => {
                        setCursors(cursors.slice(0, -1));
                      }
                }
                onNext={
                  cursor === undefined
                    ? undefined
                    : () => {
                        setCursors([...cursors, cursor]);
                      }
                }
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
