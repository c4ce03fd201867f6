import { Group, Text } from '@mantine/core';
import type { Run, RunStatus } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { Icon, type IconName } from './icon.js';

type Tone = 'good' | 'bad' | 'busy' | 'idle' | 'odd';

/** How each status looks: a word, a picture and a colour, so that no one of them is needed. */
const LOOKS: Readonly<Record<RunStatus, { label: string; icon: IconName; tone: Tone }>> = {
  queued: { label: 'Queued', icon: 'clock', tone: 'busy' },
  running: { label: 'Running', icon: 'spin', tone: 'busy' },
  succeeded: { label: 'Succeeded', icon: 'check', tone: 'good' },
  failed: { label: 'Failed', icon: 'cross', tone: 'bad' },
  timed_out: { label: 'Timed out', icon: 'clock', tone: 'bad' },
  canceled: { label: 'Cancelled', icon: 'stop', tone: 'idle' },
  interrupted: { label: 'Interrupted', icon: 'warning', tone: 'odd' },
  skipped: { label: 'Skipped', icon: 'skip', tone: 'idle' },
  missed: { label: 'Missed', icon: 'warning', tone: 'odd' },
};

export const RUN_STATUSES = Object.keys(LOOKS) as RunStatus[];
export const statusLabel = (status: RunStatus): string => LOOKS[status].label;
export const statusFill = (status: RunStatus): string => `var(--status-${LOOKS[status].tone}-fill)`;

export const isOver = ({ status }: Pick<Run, 'status'>): boolean =>
  status !== 'queued' && status !== 'running';

export function Labelled({
  icon,
  tone,
  children,
}: {
  icon: IconName;
  tone: Tone;
  children: string;
}): ReactElement {
  return (
    <Group gap={6} wrap="nowrap" display="inline-flex" c={`var(--status-${tone})`}>
      <Icon name={icon} size={15} />
      <Text span size="sm" fw={550} inherit={false} style={{ whiteSpace: 'nowrap' }}>
        {children}
      </Text>
    </Group>
  );
}

export function Status({ status }: { status: RunStatus }): ReactElement {
  const { label, icon, tone } = LOOKS[status];
  return (
    <span data-status={status}>
      <Labelled icon={icon} tone={tone}>
        {label}
      </Labelled>
    </span>
  );
}
