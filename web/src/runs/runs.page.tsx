import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Page } from '../ui/page.js';
import { History } from './history.js';
import { RunDrawer } from './run-drawer.js';

export default function RunsPage(): ReactElement {
  const search = useSearch({ from: '/members/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const show = (change: Partial<typeof search>): void => void navigate({ search: { ...search, ...change } });
  return (
    <Page title="Runs" lead="What became of every occurrence, of all schedules.">
      <History
        search={search}
        onSearch={show}
        onOpen={({ id }) => {
          show({ run: id });
        }}
      />
      <RunDrawer
        id={search.run}
        onClose={() => {
          show({ run: undefined });
        }}
        onOpen={({ id }) => {
          show({ run: id });
        }}
      />
    </Page>
  );
}
