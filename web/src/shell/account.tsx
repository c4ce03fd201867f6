import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { signOut, useUser } from '../server/session.js';
import { Icon } from '../ui/icon.js';
import { attempt } from '../ui/notify.js';
import { SchemeSwitch } from './scheme-switch.js';

export function Account(): ReactElement {
  const user = useUser();
  const navigate = useNavigate();
  return (
    <Group wrap="nowrap" gap={4} px={10}>
      <div style={{ minWidth: 0, flex: 1 }}>
        <Text size="sm" fw={600} truncate>
          {user.first_name} {user.last_name}
        </Text>
        <Text size="xs" c="dimmed" truncate title={user.email}>
          {user.email}
        </Text>
      </div>
      <SchemeSwitch />
      <Tooltip label="Sign out">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Sign out"
          onClick={() => {
            attempt(async () => {
              await signOut();
              await navigate({ to: '/sign-in' });
            });
          }}
        >
          <Icon name="exit" />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
