import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { scheduleQuery } from '../schedules/schedule-queries.js';
import { TextLink } from '../ui/links.js';

/** The title of a run's schedule, which the run itself does not carry. Each schedule is asked for once. */
export function ScheduleName({ id }: { id: number }): ReactElement {
  const { data } = useQuery(scheduleQuery(id));
  return (
    <TextLink to="/schedules/$id" params={{ id: String(id) }} size="sm">
      {data?.title ?? `No. ${String(id)}`}
    </TextLink>
  );
}
