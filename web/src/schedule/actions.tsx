import { ActionIcon, Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type Run, type Schedule, schedules } from '@scheduler-service/client';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { runNow } from '../runs/run-queries.js';
import { deleteSchedule, setEnabled } from '../schedules/schedule-actions.js';
import { server } from '../server/server.js';
import { Confirmation } from '../ui/confirm.js';
import { Icon } from '../ui/icon.js';
import { Clock } from '../ui/instant.js';
import { ButtonLink } from '../ui/links.js';
import { attempt } from '../ui/notify.js';
import { ShownOnce } from '../ui/shown-once.js';

/** What can be done with a schedule as a whole. */
export function ScheduleActions({
  schedule,
  onRun,
}: {
  schedule: Schedule;
  onRun: (run: Run) => void;
}): ReactElement {
  const { id, enabled } = schedule;
  return (
    <>
      <Button
        leftSection={<Icon name="play" />}
        onClick={() => {
          attempt(async () => {
            onRun(await runNow(id));
          });
        }}
      >
        Run now
      </Button>
      <Button
        variant="default"
        leftSection={<Icon name={enabled ? 'pause' : 'play'} />}
        onClick={() => {
          attempt(() => setEnabled(id, !enabled), enabled ? 'Paused' : 'Resumed');
        }}
      >
        {enabled ? 'Pause' : 'Resume'}
      </Button>
      <ButtonLink
        variant="default"
        leftSection={<Icon name="edit" />}
        to="/schedules/$id/edit"
        params={{ id: String(id) }}
      >
        Edit
      </ButtonLink>
      <RareActions schedule={schedule} />
    </>
  );
}

/** Those that cannot be undone. */
function RareActions({ schedule: { id, title } }: { schedule: Schedule }): ReactElement {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'delete' | 'rotate'>();
  const [secret, setSecret] = useState<{ signing_secret: string; previous_valid_until: string | null }>();
  const [opened, menu] = useDisclosure();
  const close = (): void => {
    setAsking(undefined);
  };
  return (
    <>
      <Menu position="bottom-end" opened={opened} onChange={menu.toggle}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More">
            <Icon name="dots" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Icon name="key" />}
            onClick={() => {
              setAsking('rotate');
            }}
          >
            Rotate the signing secret
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<Icon name="trash" />}
            onClick={() => {
              setAsking('delete');
            }}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirmation
        opened={asking === 'delete'}
        close={close}
        question={`Delete “${title}”?`}
        consequence="It never fires again. What became of its runs can still be read."
        verb="Delete"
        act={async () => {
          await deleteSchedule(id);
          await navigate({ to: '/schedules' });
        }}
      />
      <Confirmation
        opened={asking === 'rotate'}
        close={close}
        question="Rotate the signing secret?"
        consequence="Calls are signed by a new secret at once. The old one signs beside it for 24 hours, so that receivers can change over."
        verb="Rotate"
        act={async () => {
          setSecret(await schedules.rotateSigningSecret(server, id));
        }}
      />
      <ShownOnce
        title="The new signing secret"
        value={secret?.signing_secret ?? null}
        onDone={() => {
          setSecret(undefined);
        }}
      >
        {secret?.previous_valid_until != null && (
          <>
            The old one is good until <Clock at={secret.previous_valid_until} />.
          </>
        )}
      </ShownOnce>
    </>
  );
}
