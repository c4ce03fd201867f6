import { isTimeZone } from '../../timing/time-zone.js';
import { intervalFault } from '../../timing/next-occurrence.js';
import { MAX_INTERVAL_LENGTH } from '../../timing/schedule-interval.js';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { DistinctItems, Faultless } from '../../http/fields.js';

/** A `schedule_interval` that is well-formed and comes due some day. */
export const IsScheduleInterval = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ minLength: 1, maxLength: MAX_INTERVAL_LENGTH }),
    Faultless('isScheduleInterval', intervalFault),
  );

/** Short texts that schedules are grouped by. The document's pattern leaves out what not every language can say. */
export const AreTags = (max: number): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ type: 'array', items: { type: 'string', maxLength: 50, pattern: '^[^\\s,][^,]*$' } }),
    DistinctItems(0, max, `a list of at most ${String(max)} texts that differ from each other`),
    Matches(/^[^\s,\p{Cc}][^,\p{Cc}]{0,49}$/u, {
      each: true,
      message: 'tags of 1 to 50 characters, without commas',
    }),
  );

/** The name of a time zone that this runtime knows. */
export const IsZone = (): PropertyDecorator =>
  Faultless('isZone', (value) =>
    typeof value === 'string' && isTimeZone(value)
      ? undefined
      : 'the name of an IANA time zone, such as UTC or Europe/Berlin',
  );
