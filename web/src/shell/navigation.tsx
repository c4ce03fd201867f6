import { Box, Divider, Group, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useUser } from '../server/session.js';
import { Icon, type IconName } from '../ui/icon.js';
import { NavigationLink } from '../ui/links.js';
import { Account } from './account.js';
import { Brand } from './brand.js';
import type { Connection } from './use-live-events.js';

const WORK = [
  { to: '/', label: 'Overview', icon: 'overview' },
  { to: '/schedules', label: 'Schedules', icon: 'calendar' },
  { to: '/runs', label: 'Runs', icon: 'list' },
] as const;

const SETTINGS = [
  { to: '/secrets', label: 'Secrets', icon: 'lock' },
  { to: '/api-keys', label: 'API keys', icon: 'key' },
  { to: '/sessions', label: 'Sessions', icon: 'device' },
] as const;

const ADMINISTRATION = [
  { to: '/users', label: 'Users', icon: 'users' },
  { to: '/audit-log', label: 'Audit log', icon: 'book' },
] as const;

type Target = (typeof WORK | typeof SETTINGS | typeof ADMINISTRATION)[number];

export function Navigation({ connection }: { connection: Connection }): ReactElement {
  const { role } = useUser();
  return (
    <Stack h="100%" gap="lg" justify="space-between">
      <Stack gap="md">
        <Box visibleFrom="sm" px={10} pt={4}>
          <Brand />
        </Box>
        <Links targets={WORK} />
        <Divider />
        <Links targets={SETTINGS} />
        {role === 'admin' && (
          <>
            <Divider />
            <Links targets={ADMINISTRATION} />
          </>
        )}
      </Stack>
      <Stack gap="sm">
        <ConnectionSign connection={connection} />
        <Divider />
        <Account />
      </Stack>
    </Stack>
  );
}

function Links({ targets }: { targets: readonly Target[] }): ReactElement {
  return (
    <Stack gap={2}>
      {targets.map(({ to, label, icon }) => (
        <NavigationLink
          key={to}
          to={to}
          label={label}
          leftSection={<Icon name={icon satisfies IconName} />}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          activeProps={{ active: true, 'aria-current': 'page' }}
          style={{ borderRadius: 6 }}
          py={7}
        />
      ))}
    </Stack>
  );
}

const SIGNS = {
  open: { colour: 'var(--status-good-fill)', text: 'Live' },
  opening: { colour: 'var(--status-idle-fill)', text: 'Connecting …' },
  lost: { colour: 'var(--status-bad-fill)', text: 'Connection lost' },
};

function ConnectionSign({ connection }: { connection: Connection }): ReactElement {
  const { colour, text } = SIGNS[connection];
  return (
    <Group gap={8} px={10} data-connection={connection}>
      <span aria-hidden style={{ width: 8, height: 8, borderRadius: 4, background: colour }} />
      <Text size="xs" c="dimmed">
        {text}
      </Text>
    </Group>
  );
}
