import { Tooltip } from '@mantine/core';
import type { Schedule } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { Labelled } from '../ui/status.js';

type StateOf = Pick<Schedule, 'enabled' | 'is_completed' | 'disabled_reason' | 'consecutive_failures'>;

/** Whether a schedule goes on, and if not, why. */
export function ScheduleStateLabel({ schedule }: { schedule: StateOf }): ReactElement {
  if (schedule.is_completed)
    return (
      <Labelled icon="check" tone="idle">
        Completed
      </Labelled>
    );
  if (!schedule.enabled)
    return (
      <Tooltip label={schedule.disabled_reason ?? 'Paused by a user'} multiline maw={320}>
        <span>
          <Labelled icon="pause" tone={schedule.disabled_reason === null ? 'idle' : 'odd'}>
            {schedule.disabled_reason === null ? 'Paused' : 'Disabled'}
          </Labelled>
        </span>
      </Tooltip>
    );
  if (schedule.consecutive_failures > 0)
    return (
      <Labelled icon="cross" tone="bad">
        Failing
      </Labelled>
    );
  return (
    <Labelled icon="clock" tone="good">
      Active
    </Labelled>
  );
}
