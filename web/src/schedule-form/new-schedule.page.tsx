import { schedules } from '@scheduler-service/client';
import type { ReactElement } from 'react';
import { queryClient } from '../server/query-client.js';
import { server } from '../server/server.js';
import { Page } from '../ui/page.js';
import { BLANK } from './draft.js';
import { Cancel, ScheduleForm } from './schedule-form.js';

export default function NewSchedulePage(): ReactElement {
  return (
    <Page title="New schedule">
      <ScheduleForm
        initial={BLANK}
        back={<Cancel />}
        save={async (fields) => {
          const schedule = await schedules.create(server, fields);
          void queryClient.invalidateQueries({ queryKey: ['overview'] });
          return schedule;
        }}
      />
    </Page>
  );
}
