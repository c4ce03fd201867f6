import { schedules } from '@scheduler-service/client';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { scheduleQuery } from '../schedules/schedule-queries.js';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { Loaded } from '../ui/loaded.js';
import { Page } from '../ui/page.js';
import { draftOf } from './draft.js';
import { Cancel, ScheduleForm } from './schedule-form.js';

export default function EditSchedulePage(): ReactElement {
  const id = Number(useParams({ from: '/members/schedules/$id/edit' }).id);
  return (
    <Loaded query={useQuery(scheduleQuery(id))} rows={8}>
      {(schedule) => (
        <Page title={`Edit ${schedule.title}`}>
          <ScheduleForm
            key={id}
            initial={draftOf(schedule)}
            back={<Cancel id={id} />}
            save={async (fields) => {
              const saved = await schedules.update(server, id, fields);
              queryClient.setQueryData(scheduleQuery(id).queryKey, saved);
              void queryClient.invalidateQueries({ queryKey: ['schedules', 'list'] });
              return saved;
            }}
          />
        </Page>
      )}
    </Loaded>
  );
}
