/**
 * A date-time as ISO 8601 writes it: `utc` is its clock reading taken for UTC, in milliseconds since 1970, and
 * `offsetMs` its offset from UTC, or undefined when it is to be read on the clock of the schedule's zone.
 */
export interface LocalDateTime {
  readonly utc: number;
  readonly offsetMs: number | undefined;
}

const FORM =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,3})\d*)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/** Whether the text is meant to be a date-time, right or wrong. */
export const isDateTime = (text: string): boolean => /^\d{4}-\d/.test(text);

/** The date-time, or undefined when it is malformed, names a day or time that no calendar has, or is not of 1970-2999. */
export function parseDateTime(text: string): LocalDateTime | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  const ms = Number((match[7] ?? '').padEnd(3, '0'));
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  // Date.UTC carries over: February 30 becomes March 2, and then the parts do not come back.
  const carried =
    new Date(utc).toISOString().slice(0, 19) !== `${text.slice(0, 16)}:${match[6] ?? '00'}`.toUpperCase();
  const offsetMs = offset(match[8]);
  if (carried || Number.isNaN(offsetMs) || year < 1970 || year > 2999) return undefined;
  return { utc, offsetMs };
}

function offset(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text.toUpperCase() === 'Z') return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? [];
  if (Number(hours) > 18 || Number(minutes) > 59) return NaN;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
