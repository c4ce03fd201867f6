import type { ReactElement } from 'react';
import { Empty } from '../ui/empty.js';
import { Icon } from '../ui/icon.js';
import { ButtonLink } from '../ui/links.js';

export function FirstSteps(): ReactElement {
  return (
    <Empty
      icon="calendar"
      title="Nothing is scheduled yet"
      action={
        <ButtonLink to="/schedules/new" leftSection={<Icon name="plus" />} mt="xs">
          Create your first schedule
        </ButtonLink>
      }
    >
      Say when something is due, such as “every weekday at 09:00 in Berlin”, and what is to be done. Before
      you save, you see when it will fire; afterwards, what became of every single occurrence.
    </Empty>
  );
}
