import { ActionIcon, Menu, Textarea, TextInput } from '@mantine/core';
import { secrets } from '@scheduler-service/client';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type CSSProperties, type ReactElement, useRef, useState } from 'react';
import { server } from '../server/server.js';
import { Icon } from '../ui/icon.js';
import { TextLink } from '../ui/links.js';

/** What the service replaces besides secrets. */
const VARIABLES = ['run.id', 'run.scheduled_for', 'run.attempt', 'schedule.id', 'schedule.title'];

const secretNamesQuery = queryOptions({
  queryKey: ['secrets', 'names'],
  queryFn: async ({ signal }) => (await secrets.list(server, {}, { signal })).items.map(({ name }) => name),
});

interface TemplateInputProps {
  label?: string;
  'aria-label'?: string;
  value: string;
  error?: string | undefined;
  required?: boolean;
  placeholder?: string;
  multiline?: boolean;
  style?: CSSProperties;
  onChange: (value: string) => void;
}

/** A text in which `{{…}}` is replaced when a run begins, with a menu that puts one in at the cursor. */
export function TemplateInput({
  multiline = false,
  value,
  onChange,
  ...input
}: TemplateInputProps): ReactElement {
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const insert = (name: string): void => {
    const at = field.current?.selectionStart ?? value.length;
    const end = field.current?.selectionEnd ?? at;
    const text = `{{${name}}}`;
    onChange(value.slice(0, at) + text + value.slice(end));
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at + text.length, at + text.length);
    });
  };
  const shared = {
    ...input,
    ref: field,
    value,
    spellCheck: false,
    rightSection: <InsertMenu onInsert={insert} />,
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      onChange(event.currentTarget.value);
    },
  };
  return multiline ? (
    <Textarea
      {...shared}
      autosize
      minRows={3}
      maxRows={16}
      styles={{
        input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 },
        section: { alignItems: 'flex-start', paddingTop: 4 },
      }}
    />
  ) : (
    <TextInput {...shared} />
  );
}

function InsertMenu({ onInsert }: { onInsert: (name: string) => void }): ReactElement {
  const [opened, setOpened] = useState(false);
  const { data: names = [] } = useQuery({ ...secretNamesQuery, enabled: opened });
  return (
    <Menu position="bottom-end" opened={opened} onChange={setOpened} returnFocus={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Insert a secret or a variable">
          <Icon name="braces" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Secrets</Menu.Label>
        {names.map((name) => (
          <Menu.Item
            key={name}
            leftSection={<Icon name="lock" size={14} />}
            onClick={() => {
              onInsert(`secrets.${name}`);
            }}
          >
            {name}
          </Menu.Item>
        ))}
        {names.length === 0 && (
          <Menu.Item component="div">
            <TextLink to="/secrets" size="sm">
              Keep your first secret
            </TextLink>
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>About the run</Menu.Label>
        {VARIABLES.map((name) => (
          <Menu.Item
            key={name}
            onClick={() => {
              onInsert(name);
            }}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
