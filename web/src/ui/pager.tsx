import { Button, Group, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon } from './icon.js';

interface PagerProps {
  page: number;
  /** How many there are, when that is known. */
  pages?: number | undefined;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}

export function Pager({ page, pages, onPrevious, onNext }: PagerProps): ReactElement | null {
  if (!onPrevious && !onNext) return null;
  return (
    <Group component="nav" justify="space-between" aria-label="Pages">
      <Button
        variant="default"
        leftSection={<Icon name="back" />}
        disabled={!onPrevious}
        onClick={onPrevious}
      >
        Previous
      </Button>
      <Text size="sm" c="dimmed">
        Page {page}
        {pages !== undefined && pages >= page ? ` of ${String(pages)}` : ''}
      </Text>
      <Button variant="default" rightSection={<Icon name="forward" />} disabled={!onNext} onClick={onNext}>
        Next
      </Button>
    </Group>
  );
}
