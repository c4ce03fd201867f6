import { Center, Stack, Title } from '@mantine/core';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ButtonLink } from '../ui/links.js';
import { Empty } from '../ui/empty.js';
import { Problem } from '../ui/problem.js';

/** A page that could not be shown. */
export function Fault({ error, reset }: ErrorComponentProps): ReactElement {
  const router = useRouter();
  return (
    <Center component="main" mih="60vh" p="md">
      <Stack maw={480}>
        <Title order={1} size="h3">
          This page could not be shown
        </Title>
        <Problem
          error={error}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </Stack>
    </Center>
  );
}

export function NotFound(): ReactElement {
  return (
    <Center component="main" mih="60vh" p="md">
      <Empty
        icon="search"
        title="There is no such page"
        action={<ButtonLink to="/">To the overview</ButtonLink>}
      >
        The address may have been shortened on its way to you.
      </Empty>
    </Center>
  );
}
