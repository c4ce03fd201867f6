import { Accordion, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { DELIVERY, MISFIRE, OVERLAP } from '../schedule/policies.js';
import { useField } from './form-context.js';

/** What most schedules leave as it is. */
export function PolicyFields(): ReactElement {
  return (
    <Accordion variant="contained" multiple>
      <Accordion.Item value="policies">
        <Accordion.Control>When things go wrong</Accordion.Control>
        <Accordion.Panel>
          <Stack>
            <Choice name="overlap_policy" label="It is due while its last run goes on" choices={OVERLAP} />
            <Choice name="misfire_policy" label="Occurrences fell into a downtime" choices={MISFIRE} />
            <Choice name="delivery" label="The service died in the middle of a run" choices={DELIVERY} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <Count name="max_attempts" path="retry_policy.max_attempts" label="Attempts, at most" min={1} />
              <Count name="misfire_window_seconds" label="Downtime looks back" suffix=" s" />
              <Count
                name="min_backoff_seconds"
                path="retry_policy.min_backoff_seconds"
                label="First retry after"
                suffix=" s"
              />
              <Count
                name="max_backoff_seconds"
                path="retry_policy.max_backoff_seconds"
                label="Retries wait at most"
                suffix=" s"
              />
            </SimpleGrid>
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
      <Accordion.Item value="limits">
        <Accordion.Control>Begin, end and spread</Accordion.Control>
        <Accordion.Panel>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Moment name="start_at" label="From" />
            <Moment name="end_at" label="Until" />
            <Count name="max_runs" label="Runs, at most" placeholder="no limit" min={1} />
            <Count name="jitter_seconds" label="Spread runs over" suffix=" s" />
          </SimpleGrid>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

type ChoiceName = 'overlap_policy' | 'misfire_policy' | 'delivery';

function Choice({
  name,
  label,
  choices,
}: {
  name: ChoiceName;
  label: string;
  choices: Readonly<Record<string, string>>;
}): ReactElement {
  const { value, error, set } = useField(name);
  return (
    <Select
      label={label}
      allowDeselect={false}
      data={Object.entries(choices).map(([choice, words]) => ({ value: choice, label: words }))}
      value={value}
      error={error}
      onChange={(choice) => {
        if (choice !== null) set(choice as never);
      }}
    />
  );
}

type CountName =
  | 'max_attempts'
  | 'misfire_window_seconds'
  | 'min_backoff_seconds'
  | 'max_backoff_seconds'
  | 'max_runs'
  | 'jitter_seconds';

interface CountProps {
  name: CountName;
  path?: string;
  label: string;
  suffix?: string;
  placeholder?: string;
  min?: number;
}

function Count({ name, path, label, suffix, placeholder, min = 0 }: CountProps): ReactElement {
  const { value, error, set } = useField(name, path);
  return (
    <NumberInput
      {...{ label, suffix, placeholder, min, value, error }}
      onChange={(typed) => {
        set(typed === '' ? '' : Number(typed));
      }}
    />
  );
}

function Moment({ name, label }: { name: 'start_at' | 'end_at'; label: string }): ReactElement {
  const { value, error, set } = useField(name);
  return (
    <TextInput
      label={label}
      placeholder="2027-01-01T00:00:00Z"
      value={value}
      error={error}
      onChange={(event) => {
        set(event.currentTarget.value);
      }}
    />
  );
}
