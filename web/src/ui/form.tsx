import { Button, Group } from '@mantine/core';
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';

interface FormProps {
  label: string;
  /** Why the last attempt failed: the first field that is marked as wrong gets the focus. */
  error: unknown;
  onSubmit: () => void;
  children: ReactNode;
}

export function Form({ label, error, onSubmit, children }: FormProps): ReactElement {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return (
    <form
      ref={form}
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

interface FormButtonsProps {
  /** What the button that submits says. */
  verb: string;
  busy: boolean;
  onCancel: () => void;
}

/** What a form in a dialogue ends with. */
export const FormButtons = ({ verb, busy, onCancel }: FormButtonsProps): ReactElement => (
  <Group justify="flex-end">
    <Button variant="default" onClick={onCancel}>
      Cancel
    </Button>
    <Button type="submit" loading={busy}>
      {verb}
    </Button>
  </Group>
);
