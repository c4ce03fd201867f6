import { ActionIcon, Group, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { lazy, type ReactElement, Suspense } from 'react';
import { signOut, useUser } from '../server/session.js';
import { Icon } from '../ui/icon.js';
import { attempt } from '../ui/notify.js';
import { SchemeSwitch } from './scheme-switch.js';

const UserForm = lazy(async () => ({ default: (await import('../users/user-form.js')).UserForm }));

export function Account(): ReactElement {
  const user = useUser();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  return (
    <Group wrap="nowrap" gap={4} px={10}>
      <UnstyledButton style={{ minWidth: 0, flex: 1 }} title="Change your account" onClick={open}>
        <Text size="sm" fw={600} truncate>
          {user.first_name} {user.last_name}
        </Text>
        <Text size="xs" c="dimmed" truncate title={user.email}>
          {user.email}
        </Text>
      </UnstyledButton>
      {opened && (
        <Suspense>
          <UserForm user={user} onDone={close} />
        </Suspense>
      )}
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
