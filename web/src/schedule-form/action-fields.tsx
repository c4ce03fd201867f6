import {
  Collapse,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import type { ReactElement } from 'react';
import { useField } from './form-context.js';
import { HeaderFields } from './header-fields.js';
import { TemplateInput } from './template-input.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export function ActionFields(): ReactElement {
  const kind = useField('kind');
  return (
    <>
      <SegmentedControl
        aria-label="Action"
        value={kind.value}
        data={[
          { value: 'http', label: 'Call a URL' },
          { value: 'log', label: 'Write to the log' },
        ]}
        onChange={(value) => {
          kind.set(value === 'log' ? 'log' : 'http');
        }}
      />
      <Collapse expanded={kind.value === 'log'}>
        <Text size="sm" c="dimmed">
          Each run writes one line, with the schedule and the run, to the service’s log. Good for a first try.
        </Text>
      </Collapse>
      {kind.value === 'http' && <HttpFields />}
    </>
  );
}

function HttpFields(): ReactElement {
  const method = useField('method', 'action.method');
  const url = useField('url', 'action.url');
  const body = useField('body', 'action.body');
  const bodyIsJson = useField('bodyIsJson');
  return (
    <Stack gap="md">
      <Group align="flex-start" gap="xs" wrap="nowrap">
        <Select
          label="Method"
          w={116}
          allowDeselect={false}
          data={METHODS}
          value={method.value}
          error={method.error}
          onChange={(value) => {
            method.set(METHODS.find((known) => known === value) ?? 'POST');
          }}
        />
        <TemplateInput
          label="URL"
          required
          placeholder="https://api.example.com/reports"
          value={url.value}
          error={url.error}
          onChange={url.set}
          style={{ flex: 1 }}
        />
      </Group>
      <HeaderFields />
      <TemplateInput
        label="Body"
        multiline
        value={body.value}
        error={body.error}
        onChange={body.set}
        placeholder={'{"report": "daily", "due": "{{run.scheduled_for}}"}'}
      />
      <SegmentedControl
        aria-label="Body is"
        size="xs"
        value={bodyIsJson.value ? 'json' : 'text'}
        data={[
          { value: 'json', label: 'JSON' },
          { value: 'text', label: 'Text' },
        ]}
        onChange={(value) => {
          bodyIsJson.set(value === 'json');
        }}
        style={{ alignSelf: 'flex-start' }}
      />
      <Success />
    </Stack>
  );
}

/** What counts as a good answer. */
function Success(): ReactElement {
  const timeout = useField('timeout_seconds', 'action.timeout_seconds');
  const statuses = useField('expected_statuses', 'action.expected_statuses');
  const contains = useField('body_contains', 'action.body_contains');
  return (
    <Group align="flex-start" grow preventGrowOverflow={false}>
      <NumberInput
        label="Time limit"
        suffix=" s"
        min={1}
        maw={120}
        value={timeout.value}
        error={timeout.error}
        onChange={(value) => {
          timeout.set(value === '' ? '' : Number(value));
        }}
      />
      <TagsInput
        label="Good statuses"
        maw={220}
        value={statuses.value}
        error={statuses.error}
        onChange={statuses.set}
      />
      <TextInput
        label="The answer contains"
        value={contains.value}
        error={contains.error}
        onChange={(event) => {
          contains.set(event.currentTarget.value);
        }}
      />
    </Group>
  );
}
