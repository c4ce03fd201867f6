import type pg from 'pg';

/** What became of the occurrences of schedules that are due every second, by their rows. */
export interface Account {
  readonly schedules: number;
  readonly rows: number;
  /** Seconds between a schedule's first occurrence and its `next_run` that no row accounts for. */
  readonly lost: number;
  /** Rows that account for a second that another row accounts for, too. */
  readonly twice: number;
  readonly open: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

/** Of all schedules of the interval `* * * * * *`. */
export async function accountFor(client: pg.Client): Promise<Account> {
  const { rows } = await client.query<Record<keyof Account, number>>(`
    WITH covered AS (
      SELECT schedule_id, scheduled_for, status, greatest(missed_count, 1) AS seconds,
             lead(scheduled_for) OVER (PARTITION BY schedule_id ORDER BY scheduled_for) AS following
        FROM runs WHERE of_occurrence = 1
         AND schedule_id IN (SELECT id FROM schedules WHERE schedule_interval = '* * * * * *')
    ), schedule AS (
      SELECT schedule_id, count(*) AS rows, sum(seconds) AS seconds,
             extract(epoch FROM (SELECT next_run FROM schedules WHERE id = schedule_id) - min(scheduled_for)) AS expected,
             count(*) FILTER (WHERE scheduled_for + make_interval(secs => seconds) > following) AS twice,
             count(*) FILTER (WHERE status IN ('queued', 'running')) AS open
        FROM covered GROUP BY schedule_id
    )
    SELECT count(*)::int AS schedules, sum(rows)::int AS rows, sum(greatest(expected - seconds, 0))::int AS lost,
           sum(twice)::int AS twice, sum(open)::int AS open FROM schedule`);
  const statuses = await client.query<{ status: string; runs: number }>(
    'SELECT status, count(*)::int AS runs FROM runs GROUP BY status ORDER BY status',
  );
  const byStatus = Object.fromEntries(statuses.rows.map(({ status, runs }) => [status, runs]));
  return { ...(rows[0] as Record<keyof Account, number>), byStatus };
}

/** Milliseconds by which what was due within these instants began late, of those that ran. */
export async function lateness(
  client: pg.Client,
  from: Date,
  to: Date,
): Promise<Record<string, number | null>> {
  const { rows } = await client.query<Record<string, number | null>>(
    `SELECT count(*)::int AS runs, percentile_disc(0.5) WITHIN GROUP (ORDER BY lateness_ms)::int AS p50,
            percentile_disc(0.99) WITHIN GROUP (ORDER BY lateness_ms)::int AS p99, max(lateness_ms)::int AS most
       FROM runs WHERE lateness_ms IS NOT NULL AND scheduled_for >= $1 AND scheduled_for < $2
        AND schedule_id IN (SELECT id FROM schedules WHERE schedule_interval = '* * * * * *')`,
    [from, to],
  );
  return rows[0] ?? {};
}
