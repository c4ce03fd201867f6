import { Paper, Table } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import classes from './table.module.css';

interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Shown to screen readers only, as a column of buttons has no title. */
  readonly hiddenTitle?: boolean;
  readonly width?: number | string;
}

export type Columns<Row> = readonly Column<Row>[];

interface DataTableProps<Row> {
  caption: string;
  rows: readonly Row[];
  columns: Columns<Row>;
  keyOf: (row: Row) => string | number;
}

/** A table; on a narrow screen each row becomes a card, its cells named by their columns. */
export function DataTable<Row>({ caption, rows, columns, keyOf }: DataTableProps<Row>): ReactElement {
  return (
    <Paper withBorder className={classes.frame}>
      <Table verticalSpacing="xs" horizontalSpacing="md" className={classes.table}>
        <Table.Caption className={classes.caption}>{caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ title, hiddenTitle, width }) => (
              <Table.Th key={title} w={width} scope="col">
                <span className={hiddenTitle ? classes.hidden : undefined}>{title}</span>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={keyOf(row)}>
              {columns.map(({ title, cell, hiddenTitle }) => (
                <Table.Td key={title} data-title={hiddenTitle ? undefined : title}>
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
