import { Group, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import logo from '../favicon.svg';

export function Brand(): ReactElement {
  return (
    <Group gap="xs" wrap="nowrap">
      <img src={logo} alt="" width={26} height={26} />
      <Text fw={700} span>
        Scheduler
      </Text>
    </Group>
  );
}
