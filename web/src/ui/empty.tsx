import { Center, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

/** Instead of an empty list: what would be here, and how it gets there. */
export function Empty(props: {
  icon: IconName;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}): ReactElement {
  return (
    <Paper withBorder p="xl">
      <Center>
        <Stack align="center" gap="xs" maw={440} ta="center">
          <ThemeIcon variant="light" size={48} radius="xl">
            <Icon name={props.icon} size={24} />
          </ThemeIcon>
          <Title order={2} size="h4">
            {props.title}
          </Title>
          <Text c="dimmed" size="sm" component="div">
            {props.children}
          </Text>
          {props.action}
        </Stack>
      </Center>
    </Paper>
  );
}
