import { AppShell, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { type ReactElement, useEffect, useRef } from 'react';
import { sessionQuery, UserContext } from '../server/session.js';
import { Brand } from './brand.js';
import { ConnectionNotice } from './connection-notice.js';
import { Navigation } from './navigation.js';
import { useLiveEvents } from './use-live-events.js';

/** The frame around every page of who is signed in. */
export function Shell(): ReactElement {
  // For the moment between the end of a session and the sign-in page there is nobody to show anything to.
  const { data: user } = useQuery(sessionQuery);
  return user ? (
    <UserContext value={user}>
      <Frame />
    </UserContext>
  ) : (
    <></>
  );
}

function Frame(): ReactElement {
  const connection = useLiveEvents();
  const [opened, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    close();
    // Without a load of a page there is nothing that tells a screen reader, or the Tab key, that it is another.
    document.getElementById('content')?.focus({ preventScroll: true });
  }, [path, close]);
  return (
    <AppShell
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'xl' }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header hiddenFrom="sm">
        <Group h="100%" px="md" justify="space-between">
          <Brand />
          <Burger opened={opened} onClick={toggle} size="sm" aria-label="Menu" aria-expanded={opened} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="md" aria-label="Main">
        <Navigation connection={connection} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ConnectionNotice connection={connection} />
        <div style={{ maxWidth: 1200, marginInline: 'auto' }}>
          <Outlet />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}
