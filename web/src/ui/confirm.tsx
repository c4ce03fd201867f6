import { Button, type ButtonProps, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactElement, type ReactNode, useState } from 'react';
import { Problem } from './problem.js';

interface ConfirmProps extends ButtonProps {
  /** The question, such as `Delete this schedule?` */
  question: string;
  /** What will happen. */
  consequence: ReactNode;
  /** What the button of the dialogue says; the verb of the question. */
  verb: string;
  act: () => Promise<unknown>;
  'aria-label'?: string;
  children: ReactNode;
}

/** A button for what cannot be undone: it asks first. */
export function ConfirmButton({ question, consequence, verb, act, ...button }: ConfirmProps): ReactElement {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" {...button} onClick={open} />
      <Confirmation {...{ opened, close, question, consequence, verb, act }} />
    </>
  );
}

type ConfirmationProps = Pick<ConfirmProps, 'question' | 'consequence' | 'verb' | 'act'> & {
  opened: boolean;
  close: () => void;
};

export function Confirmation({
  opened,
  close,
  question,
  consequence,
  verb,
  act,
}: ConfirmationProps): ReactElement {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await act();
      close();
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title={question} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Text size="sm" mb="md" component="div">
        {consequence}
      </Text>
      <Problem error={error} />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={close}>
          Keep
        </Button>
        <Button color="red" loading={busy} onClick={() => void confirm()} data-autofocus>
          {verb}
        </Button>
      </Group>
    </Modal>
  );
}
