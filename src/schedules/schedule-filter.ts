import { Equal, type FindOperator, type FindOptionsWhere, IsNull, Raw } from 'typeorm';
import type { Dialect } from '../database/dialect.js';
import type { Principal } from '../http/principal.js';
import type { ScheduleQuery } from './dto/schedule-query.dto.js';
import type { Schedule } from './schedule.entity.js';

/** Ownership is a part of every query: a member reaches its own schedules, an admin everyone's. */
export const reachable = (caller: Principal): FindOptionsWhere<Schedule> => ({
  deleted_at: IsNull(),
  ...(caller.role === 'admin' ? {} : { owner_id: Equal(caller.userId) }),
});

/** The same as SQL, for a query that is put together once: of the alias `row`, by {@link reachOf}. */
export const REACHABLE = 'row.deleted_at IS NULL AND (:everyone OR row.owner_id = :owner)';

/** The parameters of {@link REACHABLE}. */
export const reachOf = (caller: Principal): { owner: number; everyone: boolean } => ({
  owner: caller.userId,
  everyone: caller.role === 'admin',
});

/** The schedules a list shows. */
export function matching(
  dialect: Dialect,
  caller: Principal,
  { q, tag, enabled, is_completed }: ScheduleQuery,
): FindOptionsWhere<Schedule>[] {
  const base: FindOptionsWhere<Schedule> = {
    ...reachable(caller),
    ...(enabled !== undefined && { enabled }),
    ...(is_completed !== undefined && { is_completed }),
    ...(tag !== undefined && { tags: tagged(dialect, tag) }),
  };
  if (q === undefined) return [base];
  return [
    { ...base, title: containing(q) },
    { ...base, description: containing(q) },
  ];
}

/** Contains the text as it is, without regard to case: its own % and _ are no wildcards. */
const containing = (text: string): FindOperator<string> =>
  Raw((column) => `LOWER(${column}) LIKE LOWER(:part) ESCAPE '\\'`, {
    part: `%${text.replace(/[\\%_]/g, '\\$&')}%`,
  }) as FindOperator<string>;

const tagged = (dialect: Dialect, tag: string): FindOperator<string> =>
  Raw((column) => dialect.jsonContains(column, ':tag'), { tag }) as FindOperator<string>;
