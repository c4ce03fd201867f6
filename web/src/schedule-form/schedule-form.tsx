import { Button, Grid, Group, Paper, Stack, TagsInput, TextInput, Textarea, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { Schedule, ScheduleCreate } from '@scheduler-service/client';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, type ReactNode, useRef } from 'react';
import { runNow } from '../runs/run-queries.js';
import { Form } from '../ui/form.js';
import { Icon } from '../ui/icon.js';
import { ButtonLink } from '../ui/links.js';
import { notifyDone } from '../ui/notify.js';
import { Problem } from '../ui/problem.js';
import { useFields } from '../ui/use-fields.js';
import { ActionFields } from './action-fields.js';
import { bodyFault, type Draft, scheduleOf } from './draft.js';
import { DraftContext, useField } from './form-context.js';
import { PolicyFields } from './policy-fields.js';
import { Preview } from './preview.js';
import { SHOWN_FIELDS } from './shown-fields.js';
import { TimingFields } from './timing-fields.js';

interface ScheduleFormProps {
  initial: Draft;
  save: (fields: ScheduleCreate) => Promise<Schedule>;
  /** Where one goes without saving. */
  back: ReactElement;
}

export function ScheduleForm({ initial, save, back }: ScheduleFormProps): ReactElement {
  const fields = useFields(initial);
  const navigate = useNavigate();
  const testing = useRef(false);
  const wide = useMediaQuery('(min-width: 62em)', true, { getInitialValueInEffect: false });
  const preview = <Preview interval={fields.values.schedule_interval} timezone={fields.values.timezone} />;
  const submit = async (): Promise<void> => {
    const thenRun = testing.current;
    testing.current = false;
    if (bodyFault(fields.values) !== undefined) {
      document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    const done = await fields.submit(async (draft) => {
      const schedule = await save(scheduleOf(draft));
      return { schedule, run: thenRun ? await runNow(schedule.id) : undefined };
    });
    if (!done) return;
    notifyDone('Saved');
    await navigate({
      to: '/schedules/$id',
      params: { id: String(done.schedule.id) },
      search: { run: done.run?.id },
    });
  };
  return (
    <DraftContext value={fields}>
      <Form label="Schedule" error={fields.error} onSubmit={() => void submit()}>
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, md: 7 }}>
            <Stack gap="lg">
              <Problem error={fields.error} shownFields={SHOWN_FIELDS} />
              <Section title="What is it called?">
                <Naming />
              </Section>
              <Section title="When is it due?">
                <TimingFields />
                {!wide && preview}
              </Section>
              <Section title="What is to be done?">
                <ActionFields />
              </Section>
              <PolicyFields />
              <Group>
                <Button type="submit" loading={fields.busy}>
                  Save
                </Button>
                <Button
                  type="submit"
                  variant="light"
                  leftSection={<Icon name="play" />}
                  disabled={fields.busy}
                  onClick={() => {
                    testing.current = true;
                  }}
                >
                  Save and run a test now
                </Button>
                {back}
              </Group>
            </Stack>
          </Grid.Col>
          {wide && <Grid.Col span={5}>{preview}</Grid.Col>}
        </Grid>
      </Form>
    </DraftContext>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Title order={2} size="h4" mb="md">
        {title}
      </Title>
      <Stack gap="md">{children}</Stack>
    </Paper>
  );
}

function Naming(): ReactElement {
  const title = useField('title');
  const description = useField('description');
  const tags = useField('tags');
  return (
    <>
      <TextInput
        label="Title"
        required
        data-autofocus
        placeholder="Daily report"
        value={title.value}
        error={title.error}
        onChange={(event) => {
          title.set(event.currentTarget.value);
        }}
      />
      <Textarea
        label="Description"
        autosize
        minRows={1}
        value={description.value}
        error={description.error}
        onChange={(event) => {
          description.set(event.currentTarget.value);
        }}
      />
      <TagsInput
        label="Tags"
        placeholder={tags.value.length === 0 ? 'Type one and press Enter' : ''}
        value={tags.value}
        error={tags.error}
        onChange={tags.set}
      />
    </>
  );
}

export const Cancel = ({ id }: { id?: number }): ReactElement =>
  id === undefined ? (
    <ButtonLink variant="subtle" color="gray" to="/schedules">
      Cancel
    </ButtonLink>
  ) : (
    <ButtonLink variant="subtle" color="gray" to="/schedules/$id" params={{ id: String(id) }}>
      Cancel
    </ButtonLink>
  );
