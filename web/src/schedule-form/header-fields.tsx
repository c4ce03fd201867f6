import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { Icon } from '../ui/icon.js';
import type { HeaderDraft } from './draft.js';
import { useField } from './form-context.js';
import { TemplateInput } from './template-input.js';

export function HeaderFields(): ReactElement {
  const { value: headers, error, set } = useField('headers', 'action.headers');
  const change = (key: number, news: Partial<HeaderDraft>): void => {
    set(headers.map((header) => (header.key === key ? { ...header, ...news } : header)));
  };
  return (
    <Stack gap="xs" role="group" aria-label="Headers">
      {headers.length > 0 && <Input.Label component="div">Headers</Input.Label>}
      {headers.map(({ key, name, value }) => (
        <Group key={key} gap="xs" wrap="nowrap">
          <TextInput
            aria-label="Header name"
            placeholder="Authorization"
            w="36%"
            value={name}
            onChange={(event) => {
              change(key, { name: event.currentTarget.value });
            }}
          />
          <TemplateInput
            aria-label={`Value of ${name || 'the header'}`}
            placeholder="Bearer {{secrets.API_TOKEN}}"
            value={value}
            style={{ flex: 1 }}
            onChange={(news) => {
              change(key, { value: news });
            }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove the header ${name}`}
            onClick={() => {
              set(headers.filter((header) => header.key !== key));
            }}
          >
            <Icon name="cross" />
          </ActionIcon>
        </Group>
      ))}
      {error !== undefined && <Input.Error>{error}</Input.Error>}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Icon name="plus" size={14} />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() => {
          set([...headers, { key: Math.max(-1, ...headers.map(({ key }) => key)) + 1, name: '', value: '' }]);
        }}
      >
        Add a header
      </Button>
    </Stack>
  );
}
