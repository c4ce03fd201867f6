import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import type { Run } from '@scheduler-service/client';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Icon } from '../ui/icon.js';
import { Clock } from '../ui/instant.js';
import { Loaded } from '../ui/loaded.js';
import { attempt } from '../ui/notify.js';
import { Facts } from '../ui/facts.js';
import { isOver, Status } from '../ui/status.js';
import { duration } from '../ui/time.js';
import { Attempts } from './attempts.js';
import { cancelRun, replayRun, runQuery } from './run-queries.js';
import { ScheduleName } from './schedule-name.js';

interface RunDrawerProps {
  id: number | undefined;
  onClose: () => void;
  /** Shows another run, such as a replay. */
  onOpen: (run: Run) => void;
}

/** One run beside the page, as it goes. */
export function RunDrawer({ id, onClose, onOpen }: RunDrawerProps): ReactElement {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={`Run ${String(id)}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id !== undefined && <Details id={id} onOpen={onOpen} />}
    </Drawer>
  );
}

function Details({ id, onOpen }: { id: number; onOpen: (run: Run) => void }): ReactElement {
  return (
    <Loaded query={useQuery(runQuery(id))}>
      {(run) => (
        <Stack data-testid="run" data-run-status={run.status}>
          <Group justify="space-between">
            <div aria-live="polite">
              <Status status={run.status} />
            </div>
            {isOver(run) ? (
              <Button
                size="xs"
                variant="default"
                leftSection={<Icon name="replay" size={14} />}
                onClick={() => {
                  attempt(async () => {
                    onOpen(await replayRun(id));
                  });
                }}
              >
                Replay
              </Button>
            ) : (
              <Button
                size="xs"
                variant="default"
                leftSection={<Icon name="stop" size={14} />}
                onClick={() => {
                  attempt(() => cancelRun(id), 'Cancelled');
                }}
              >
                Cancel
              </Button>
            )}
          </Group>
          <Facts
            facts={[
              ['Schedule', <ScheduleName key="s" id={run.schedule_id} />],
              ['Scheduled for', <Clock key="f" at={run.scheduled_for} />],
              ['Started', <Clock key="b" at={run.started_at} />],
              ['Finished', <Clock key="e" at={run.finished_at} />],
              ['Late by', duration(run.lateness_ms)],
              ['Took', duration(run.duration_ms)],
              ['Began by', TRIGGERS[run.trigger]],
            ]}
          />
          {run.missed_count > 1 && <Text size="sm">This row stands for {run.missed_count} occurrences.</Text>}
          <Attempts run={run} />
        </Stack>
      )}
    </Loaded>
  );
}

const TRIGGERS: Readonly<Record<Run['trigger'], string>> = {
  schedule: 'its schedule',
  catch_up: 'its schedule, after a downtime',
  manual: 'a user',
  replay: 'a user, as a replay',
};
