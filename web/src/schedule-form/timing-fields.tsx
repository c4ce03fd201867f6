import { Autocomplete, Button, Group, Text, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { VIEWER_ZONE } from '../ui/time.js';
import { useField } from './form-context.js';

const ZONES = [...new Set(['UTC', VIEWER_ZONE, ...Intl.supportedValuesOf('timeZone')])];

const EXAMPLES = [
  ['Every 5 minutes', '*/5 * * * *'],
  ['Hourly', '@hourly'],
  ['Weekdays at 9', '0 9 * * MON-FRI'],
  ['Last day of the month', '0 18 L * *'],
  ['Every 90 seconds', '@every 90s'],
] as const;

export function TimingFields(): ReactElement {
  const interval = useField('schedule_interval');
  const zone = useField('timezone');
  return (
    <>
      <TextInput
        label="Interval"
        required
        description="A cron expression of 5 fields, or 6 with seconds first; @every 90s; or a date-time, for once"
        value={interval.value}
        error={interval.error}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        onChange={(event) => {
          interval.set(event.currentTarget.value);
        }}
      />
      <Group gap={6}>
        <Text size="xs" c="dimmed">
          For example
        </Text>
        {EXAMPLES.map(([label, value]) => (
          <Button
            key={value}
            size="compact-xs"
            variant="default"
            onClick={() => {
              interval.set(value);
            }}
          >
            {label}
          </Button>
        ))}
      </Group>
      <Autocomplete
        label="Time zone"
        required
        data={ZONES}
        limit={40}
        value={zone.value}
        error={zone.error}
        onChange={zone.set}
      />
    </>
  );
}
