import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { users } from '@scheduler-service/client';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { server } from '../server/server.js';
import { signIn } from '../server/session.js';
import { Form } from '../ui/form.js';
import { TextLink } from '../ui/links.js';
import { Problem } from '../ui/problem.js';
import { useFields } from '../ui/use-fields.js';
import { SignInCard } from './card.js';

const BLANK = { first_name: '', last_name: '', email: '', phone: '', password: '' };

export default function SignUpPage(): ReactElement {
  const fields = useFields(BLANK);
  const navigate = useNavigate();
  const submit = async (): Promise<void> => {
    const done = await fields.submit(async (values) => {
      await users.create(server, values);
      await signIn(values.email, values.password);
      return true;
    });
    if (done) await navigate({ to: '/' });
  };
  const field = (name: keyof typeof BLANK, label: string, autoComplete: string) => ({
    name,
    label,
    autoComplete,
    value: fields.values[name],
    error: fields.errorOf(name),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      fields.set({ [name]: event.currentTarget.value });
    },
  });
  return (
    <SignInCard title="Create an account" lead="The first account on a service becomes its administrator.">
      <Form label="Create an account" error={fields.error} onSubmit={() => void submit()}>
        <Stack>
          <Problem error={fields.error} shownFields={Object.keys(BLANK)} />
          <Group grow align="flex-start">
            <TextInput {...field('first_name', 'First name', 'given-name')} autoFocus />
            <TextInput {...field('last_name', 'Last name', 'family-name')} />
          </Group>
          <TextInput type="email" {...field('email', 'E-mail', 'username')} />
          <TextInput type="tel" {...field('phone', 'Phone', 'tel')} />
          <PasswordInput
            {...field('password', 'Password', 'new-password')}
            description="At least 8 characters"
          />
          <Button type="submit" loading={fields.busy}>
            Create the account
          </Button>
          <Text size="sm" ta="center">
            You have one? <TextLink to="/sign-in">Sign in</TextLink>
          </Text>
        </Stack>
      </Form>
    </SignInCard>
  );
}
