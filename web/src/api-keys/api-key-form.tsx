import { Checkbox, Modal, Select, Stack, TextInput } from '@mantine/core';
import { auth } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { server } from '../server/server.js';
import { Form, FormButtons } from '../ui/form.js';
import { Problem } from '../ui/problem.js';
import { useFields } from '../ui/use-fields.js';

const DAY_MS = 86_400_000;
const LIVES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
  { value: 'ever', label: 'for ever' },
];

interface ApiKeyFormProps {
  opened: boolean;
  onClose: () => void;
  onCreated: (key: string) => void;
}

export function ApiKeyForm({ opened, onClose, onCreated }: ApiKeyFormProps): ReactElement {
  const fields = useFields({ name: '', scopes: ['read'], life: '90' });
  const { values, set, errorOf } = fields;
  const submit = async (): Promise<void> => {
    const created = await fields.submit(({ name, scopes, life }) =>
      auth.createApiKey(server, {
        name,
        scopes: scopes as ('read' | 'write')[],
        expires_at: life === 'ever' ? null : new Date(Date.now() + Number(life) * DAY_MS).toISOString(),
      }),
    );
    if (created) onCreated(created.key);
  };
  return (
    <Modal opened={opened} onClose={onClose} title="New API key" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Form label="API key" error={fields.error} onSubmit={() => void submit()}>
        <Stack>
          <Problem error={fields.error} shownFields={['name', 'scopes']} />
          <TextInput
            label="Name"
            placeholder="deploy script"
            data-autofocus
            value={values.name}
            error={errorOf('name')}
            onChange={(event) => {
              set({ name: event.currentTarget.value });
            }}
          />
          <Checkbox.Group
            label="May"
            value={values.scopes}
            error={errorOf('scopes')}
            onChange={(scopes) => {
              set({ scopes });
            }}
          >
            <Stack gap="xs" mt={4}>
              <Checkbox value="read" label="read: see schedules, runs and their outputs" />
              <Checkbox value="write" label="write: create, change, run and delete" />
            </Stack>
          </Checkbox.Group>
          <Select
            label="Good for"
            data={LIVES}
            allowDeselect={false}
            value={values.life}
            onChange={(life) => {
              set({ life: life ?? '90' });
            }}
          />
          <FormButtons verb="Create" busy={fields.busy} onCancel={onClose} />
        </Stack>
      </Form>
    </Modal>
  );
}
