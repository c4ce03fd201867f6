import { Table, UnstyledButton } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon } from '../ui/icon.js';
import type { SortKey, TableSort } from './schedules-search.js';
import classes from './sortable-header.module.css';

interface SortableHeaderProps {
  by: SortKey;
  children: string;
  w?: number;
  sort: TableSort | undefined;
  onSort: (sort: TableSort | undefined) => void;
}

/** The title of a column: one click sorts by it, the next the other way round, the third no more. */
export function SortableHeader({ by, children, w, sort, onSort }: SortableHeaderProps): ReactElement {
  const order = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : undefined;
  const next = order === undefined ? by : order === 'ascending' ? (`-${by}` as const) : undefined;
  return (
    <Table.Th w={w} scope="col" aria-sort={order}>
      <UnstyledButton
        className={classes.button}
        onClick={() => {
          onSort(next);
        }}
      >
        {children}
        <span className={classes.arrow} data-shown={order !== undefined || undefined}>
          <Icon name={order === 'descending' ? 'down' : 'up'} size={12} />
        </span>
      </UnstyledButton>
    </Table.Th>
  );
}
