import { Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type Secret, secrets } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { Form, FormButtons } from '../ui/form.js';
import { notifyDone } from '../ui/notify.js';
import { Problem } from '../ui/problem.js';
import { useFields } from '../ui/use-fields.js';

interface SecretFormProps {
  /** The secret whose value is replaced; undefined while the dialogue is shut. */
  editing: Secret | 'new' | undefined;
  onDone: () => void;
}

export function SecretForm({ editing, onDone }: SecretFormProps): ReactElement {
  const old = editing === 'new' ? undefined : editing;
  const fields = useFields({ name: '', value: '' });
  const { values, set, errorOf } = fields;
  const submit = async (): Promise<void> => {
    const saved = await fields.submit(({ name, value }) =>
      old ? secrets.update(server, old.id, { value }) : secrets.create(server, { name, value }),
    );
    if (!saved) return;
    await queryClient.invalidateQueries({ queryKey: ['secrets'] });
    notifyDone(`${saved.name} is kept`);
    onDone();
  };
  return (
    <Modal
      opened={editing !== undefined}
      onClose={onDone}
      title={old ? `Replace the value of ${old.name}` : 'New secret'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Form label="Secret" error={fields.error} onSubmit={() => void submit()}>
        <Stack>
          <Problem error={fields.error} shownFields={['name', 'value']} />
          {!old && (
            <TextInput
              label="Name"
              placeholder="API_TOKEN"
              description="Letters, digits and underscores"
              data-autofocus
              value={values.name}
              error={errorOf('name')}
              onChange={(event) => {
                set({ name: event.currentTarget.value });
              }}
            />
          )}
          <PasswordInput
            label="Value"
            autoComplete="off"
            value={values.value}
            error={errorOf('value')}
            onChange={(event) => {
              set({ value: event.currentTarget.value });
            }}
          />
          <FormButtons verb="Keep it" busy={fields.busy} onCancel={onDone} />
        </Stack>
      </Form>
    </Modal>
  );
}
