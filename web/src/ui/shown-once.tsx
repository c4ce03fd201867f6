import { Alert, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon.js';

/** A value that the service tells once: it leaves the screen only when the viewer says so. */
export function ShownOnce(props: {
  title: string;
  value: string | null;
  children: ReactNode;
  onDone: () => void;
}): ReactElement {
  return (
    <Modal
      opened={props.value !== null}
      onClose={props.onDone}
      title={props.title}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Alert color="orange" icon={<Icon name="warning" />}>
          Copy it now: it is not shown again.
        </Alert>
        <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }} data-testid="shown-once">
          {props.value}
        </Code>
        <Text size="sm" c="dimmed" component="div">
          {props.children}
        </Text>
        <Group justify="flex-end">
          <CopyButton value={props.value ?? ''}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={<Icon name={copied ? 'check' : 'copy'} />}
                onClick={copy}
              >
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
          <Button onClick={props.onDone}>I have kept it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
