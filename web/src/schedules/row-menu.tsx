import { ActionIcon, Group, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type Schedule, schedules } from '@scheduler-service/client';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { server } from '../server/server.js';
import { Confirmation } from '../ui/confirm.js';
import { Icon } from '../ui/icon.js';
import { attempt } from '../ui/notify.js';
import { deleteSchedule, setEnabled } from './schedule-actions.js';

/** What can be done with one schedule in the list. */
export function RowMenu({ schedule }: { schedule: Schedule }): ReactElement {
  const { id, title, enabled } = schedule;
  const navigate = useNavigate();
  const [asking, { open, close }] = useDisclosure();
  return (
    <Group gap={2} justify="flex-end" wrap="nowrap">
      <ActionIcon
        variant="subtle"
        color="gray"
        title="Run now"
        aria-label={`Run ${title} now`}
        onClick={() => {
          attempt(() => schedules.run(server, id), `${title} is running`);
        }}
      >
        <Icon name="play" size={15} />
      </ActionIcon>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More for ${title}`}>
            <Icon name="dots" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Icon name={enabled ? 'pause' : 'play'} />}
            onClick={() => {
              attempt(() => setEnabled(id, !enabled), `${title} is ${enabled ? 'paused' : 'resumed'}`);
            }}
          >
            {enabled ? 'Pause' : 'Resume'}
          </Menu.Item>
          <Menu.Item
            leftSection={<Icon name="edit" />}
            onClick={() => void navigate({ to: '/schedules/$id/edit', params: { id: String(id) } })}
          >
            Edit
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<Icon name="trash" />} onClick={open}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirmation
        opened={asking}
        close={close}
        question={`Delete “${title}”?`}
        consequence="It never fires again. What became of its runs can still be read."
        verb="Delete"
        act={() => deleteSchedule(id)}
      />
    </Group>
  );
}
