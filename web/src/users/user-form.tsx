import { Group, Modal, PasswordInput, Select, Stack, TextInput, type TextInputProps } from '@mantine/core';
import { type User, type UserCreate, users } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { sessionQuery, useUser } from '../server/session.js';
import { Form, FormButtons } from '../ui/form.js';
import { notifyDone } from '../ui/notify.js';
import { Problem } from '../ui/problem.js';
import { useFields } from '../ui/use-fields.js';

interface UserFormProps {
  /** Who is changed; a new user without one. */
  user: User | undefined;
  onDone: () => void;
}

type Draft = Required<Omit<UserCreate, 'photo'>> & { current_password: string };

const draftOf = (user: User | undefined): Draft => ({
  first_name: user?.first_name ?? '',
  last_name: user?.last_name ?? '',
  email: user?.email ?? '',
  phone: user?.phone ?? '',
  password: '',
  current_password: '',
  role: user?.role ?? 'member',
});

export function UserForm({ user, onDone }: UserFormProps): ReactElement {
  const fields = useFields(draftOf(user));
  const self = useUser();
  const mayChooseRole = self.role === 'admin';
  const needsProof =
    user?.id === self.id && (fields.values.password !== '' || fields.values.email !== user.email);
  const save = async ({ password, current_password, role, ...names }: Draft): Promise<User> => {
    const draft = mayChooseRole ? { ...names, role } : names;
    if (!user) return users.create(server, { ...draft, password });
    return users.update(server, user.id, {
      ...draft,
      ...(password !== '' && { password }),
      ...(needsProof && { current_password }),
    });
  };
  const submit = async (): Promise<void> => {
    const saved = await fields.submit(save);
    if (!saved) return;
    await queryClient.invalidateQueries({ queryKey: ['users'] });
    await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    notifyDone(`${saved.first_name} ${saved.last_name} is saved`);
    onDone();
  };
  const field = (name: 'first_name' | 'last_name' | 'email' | 'phone', label: string): TextInputProps => ({
    label,
    value: fields.values[name],
    error: fields.errorOf(name),
    autoComplete: 'off',
    onChange: (event) => {
      fields.set({ [name]: event.currentTarget.value });
    },
  });
  return (
    <Modal
      opened
      onClose={onDone}
      title={user ? `Edit ${user.email}` : 'New user'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Form label="User" error={fields.error} onSubmit={() => void submit()}>
        <Stack>
          <Problem error={fields.error} shownFields={Object.keys(fields.values)} />
          <Group grow align="flex-start">
            <TextInput {...field('first_name', 'First name')} data-autofocus />
            <TextInput {...field('last_name', 'Last name')} />
          </Group>
          <TextInput type="email" {...field('email', 'E-mail')} />
          <TextInput type="tel" {...field('phone', 'Phone')} />
          <PasswordInput
            label={user ? 'New password' : 'Password'}
            description={user ? 'Empty leaves it. A new one ends every session.' : 'At least 8 characters'}
            autoComplete="new-password"
            value={fields.values.password}
            error={fields.errorOf('password')}
            onChange={(event) => {
              fields.set({ password: event.currentTarget.value });
            }}
          />
          {needsProof && (
            <PasswordInput
              label="Current password"
              description="A new password or e-mail address of your own needs it."
              autoComplete="current-password"
              value={fields.values.current_password}
              error={fields.errorOf('current_password')}
              onChange={(event) => {
                fields.set({ current_password: event.currentTarget.value });
              }}
            />
          )}
          {mayChooseRole && (
            <Select
              label="Role"
              allowDeselect={false}
              data={['member', 'admin']}
              value={fields.values.role}
              error={fields.errorOf('role')}
              onChange={(role) => {
                fields.set({ role: role === 'admin' ? 'admin' : 'member' });
              }}
            />
          )}
          <FormButtons verb="Save" busy={fields.busy} onCancel={onDone} />
        </Stack>
      </Form>
    </Modal>
  );
}
