import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { signIn } from '../server/session.js';
import { Form } from '../ui/form.js';
import { TextLink } from '../ui/links.js';
import { Problem } from '../ui/problem.js';
import { useFields } from '../ui/use-fields.js';
import { SignInCard } from './card.js';

export default function SignInPage(): ReactElement {
  const fields = useFields({ email: '', password: '' });
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/visitors' });
  const submit = async (): Promise<void> => {
    const done = await fields.submit(async ({ email, password }) => {
      await signIn(email, password);
      return true;
    });
    if (done) await navigate({ href: to ?? '/' });
  };
  return (
    <SignInCard title="Sign in" lead="See what runs, what ran, and what did not.">
      <Form label="Sign in" error={fields.error} onSubmit={() => void submit()}>
        <Stack>
          <Problem error={fields.error} shownFields={['email', 'password']} />
          <TextInput
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            autoFocus
            value={fields.values.email}
            error={fields.errorOf('email')}
            onChange={(event) => {
              fields.set({ email: event.currentTarget.value });
            }}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            value={fields.values.password}
            error={fields.errorOf('password')}
            onChange={(event) => {
              fields.set({ password: event.currentTarget.value });
            }}
          />
          <Button type="submit" loading={fields.busy}>
            Sign in
          </Button>
          <Text size="sm" ta="center">
            New here? <TextLink to="/sign-up">Create an account</TextLink>
          </Text>
        </Stack>
      </Form>
    </SignInCard>
  );
}
