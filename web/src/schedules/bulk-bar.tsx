import { Button, Checkbox, Group, Text } from '@mantine/core';
import type { Schedule } from '@scheduler-service/client';
import { type ReactElement, useState } from 'react';
import { ConfirmButton } from '../ui/confirm.js';
import { Icon } from '../ui/icon.js';
import { attempt, notifyDone } from '../ui/notify.js';
import { type BulkChange, changeMany } from './schedule-actions.js';

interface BulkBarProps {
  shown: readonly Schedule[];
  selected: ReadonlySet<number>;
  onSelect: (selected: ReadonlySet<number>) => void;
}

const DONE: Readonly<Record<BulkChange, string>> = { pause: 'paused', resume: 'resumed', delete: 'deleted' };
const counted = (count: number): string => `${String(count)} ${count === 1 ? 'schedule' : 'schedules'}`;

/** What can be done with all the schedules that are marked. */
export function BulkBar({ shown, selected, onSelect }: BulkBarProps): ReactElement {
  const [busy, setBusy] = useState<BulkChange>();
  const ids = shown.map(({ id }) => id).filter((id) => selected.has(id));
  const change = async (what: BulkChange): Promise<void> => {
    setBusy(what);
    try {
      const failures = await changeMany(ids, what);
      if (failures.length > 0)
        throw new Error(`${counted(failures.length)} could not be changed. ${failures.join('; ')}`);
      notifyDone(`${counted(ids.length)} ${DONE[what]}`);
      onSelect(new Set());
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <Group gap="sm" mih={36} px={4} role="group" aria-label="Marked schedules">
      <Checkbox
        label={ids.length === 0 ? 'Mark all on this page' : `${counted(ids.length)} marked`}
        checked={ids.length > 0 && ids.length === shown.length}
        indeterminate={ids.length > 0 && ids.length < shown.length}
        onChange={() => {
          onSelect(new Set(ids.length === shown.length ? [] : shown.map(({ id }) => id)));
        }}
      />
      {ids.length > 0 && (
        <>
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="pause" size={14} />}
            loading={busy === 'pause'}
            onClick={() => {
              attempt(() => change('pause'));
            }}
          >
            Pause
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="play" size={14} />}
            loading={busy === 'resume'}
            onClick={() => {
              attempt(() => change('resume'));
            }}
          >
            Resume
          </Button>
          <ConfirmButton
            size="xs"
            leftSection={<Icon name="trash" size={14} />}
            question={`Delete ${counted(ids.length)}?`}
            consequence={
              <Text size="sm">They never fire again. What became of their runs can still be read.</Text>
            }
            verb="Delete"
            act={() => change('delete')}
          >
            Delete
          </ConfirmButton>
        </>
      )}
    </Group>
  );
}
