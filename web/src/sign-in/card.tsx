import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactElement, type ReactNode, useEffect } from 'react';
import { Brand } from '../shell/brand.js';
import { SchemeSwitch } from '../shell/scheme-switch.js';

export function SignInCard({
  title,
  lead,
  children,
}: {
  title: string;
  lead: string;
  children: ReactNode;
}): ReactElement {
  useEffect(() => {
    document.title = `${title} · Scheduler`;
  }, [title]);
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack w="100%" maw={420}>
        <Group justify="space-between">
          <Brand />
          <SchemeSwitch />
        </Group>
        <Paper withBorder p="xl">
          <Title order={1} size="h3">
            {title}
          </Title>
          <Text c="dimmed" size="sm" mb="lg" mt={4}>
            {lead}
          </Text>
          {children}
        </Paper>
      </Stack>
    </Center>
  );
}
