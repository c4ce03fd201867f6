import { Alert, Button, List, Text } from '@mantine/core';
import { ApiError } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { Icon } from './icon.js';

/** What went wrong, in words for the person in front of the screen. */
export function problemText(error: unknown): string {
  if (!(error instanceof ApiError)) return 'The service cannot be reached. What you see may be out of date.';
  const { status, message, retryAfterSeconds } = error;
  if (status === 429 && retryAfterSeconds !== undefined)
    return `${message} Try again in ${String(retryAfterSeconds)} s.`;
  return message;
}

interface ProblemProps {
  error: unknown;
  /** Fields that show their own message elsewhere. */
  shownFields?: readonly string[];
  onRetry?: () => void;
}

export function Problem({ error, shownFields = [], onRetry }: ProblemProps): ReactElement | null {
  if (error === null || error === undefined) return null;
  const fields = error instanceof ApiError ? Object.entries(error.fields) : [];
  const others = fields.filter(([field]) => !shownFields.includes(field));
  return (
    <Alert color="red" variant="light" icon={<Icon name="warning" />} role="alert">
      <Text size="sm">
        {problemText(error)}
        {fields.length > others.length && ' What would be right is beside each.'}
      </Text>
      {others.length > 0 && (
        <List size="sm" mt={4}>
          {others.map(([field, message]) => (
            <List.Item key={field}>
              <b>{field}</b>: {message}
            </List.Item>
          ))}
        </List>
      )}
      {onRetry && (
        <Button size="compact-sm" variant="default" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
