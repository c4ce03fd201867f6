import { isTimeZone } from '../../timing/time-zone.js';
import { intervalFault } from '../../timing/next-occurrence.js';
import { Matches, type ValidationOptions } from 'class-validator';
import { Faultless } from '../../http/fields.js';

/** A `schedule_interval` that is well-formed and comes due some day. */
export const IsScheduleInterval = (): PropertyDecorator => Faultless('isScheduleInterval', intervalFault);

/** A short text that schedules are grouped by. */
export const IsTag = (options: ValidationOptions): PropertyDecorator =>
  Matches(/^[^\s,\p{Cc}][^,\p{Cc}]{0,49}$/u, {
    ...options,
    message: 'tags of 1 to 50 characters, without commas',
  });

/** The name of a time zone that this runtime knows. */
export const IsZone = (): PropertyDecorator =>
  Faultless('isZone', (value) =>
    typeof value === 'string' && isTimeZone(value)
      ? undefined
      : 'the name of an IANA time zone, such as UTC or Europe/Berlin',
  );
