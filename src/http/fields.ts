import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsDate,
  IsIn,
  IsInt,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  NotContains,
  registerDecorator,
  ValidateIf,
} from 'class-validator';

/** The field may be left out, but not be null. (`IsOptional` lets null pass, too.) */
export const Omittable = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

/** Trims text and leaves everything else for the validators to refuse. */
export const Trimmed = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** Trims text and puts it in lower case; leaves everything else for the validators to refuse. */
export const LowerCase = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.trim().toLowerCase() : value,
  );

/** A text of `min` to `max` characters, trimmed. NUL is refused: not every database can store it. */
export function Text(min: number, max: number): PropertyDecorator {
  const message = `a text of ${String(min)} to ${String(max)} characters`;
  return applyDecorators(
    Trimmed(),
    TextAsItIs(min, max, message),
    NotContains('\0', { message: 'a text without NUL characters' }),
  );
}

/** A text of `min` to `max` characters, spaces included. */
export const TextAsItIs = (
  min: number,
  max: number,
  message = `a text of ${String(min)} to ${String(max)} characters`,
): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ type: String, minLength: min, maxLength: max }),
    IsString({ message }),
    Length(min, max, { message }),
  );

/** A text of `max` characters at most. */
export const AtMost = (max: number): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ type: String, maxLength: max }),
    MaxLength(max, { message: `at most ${String(max)} characters` }),
  );

/** A property that must pass `fault`, which tells what would be right about a value that does not. */
export const Faultless =
  (name: string, fault: (value: unknown) => string | undefined): PropertyDecorator =>
  (target, property) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown) => fault(value) === undefined,
        defaultMessage: (args) => fault(args?.value) ?? '',
      },
    });
  };

/** A whole number in a JSON body. */
export function WholeNumber(min: number, max: number): PropertyDecorator {
  const message = `a whole number from ${String(min)} to ${String(max)}`;
  return applyDecorators(
    ApiProperty({ type: 'integer', minimum: min, maximum: max }),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

/** A whole number in a query string. */
export const WholeNumberText = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
    ),
    WholeNumber(min, max),
  );

const ID_LIST = /^[1-9]\d{0,14}(,[1-9]\d{0,14})*$/;

/** A list of `min` to `max` items that differ from each other. */
export const DistinctItems = (min: number, max: number, message: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ minItems: min, maxItems: max, uniqueItems: true }),
    IsArray({ message }),
    ArrayMinSize(min, { message }),
    ArrayMaxSize(max, { message }),
    ArrayUnique({ message }),
  );

/** Ids in a query string, by commas, each once. */
export function IdListText(max: number): PropertyDecorator {
  const message = `1 to ${String(max)} ids by commas, each once, such as 1,2,3`;
  return applyDecorators(
    ApiProperty({ type: String, pattern: ID_LIST.source }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && ID_LIST.test(value) ? value.split(',').map(Number) : null,
    ),
    IsArray({ message }),
    ArrayMaxSize(max, { message }),
    ArrayUnique({ message }),
  );
}

export const OneOf = (values: readonly string[]): PropertyDecorator =>
  IsIn(values, { message: `one of ${values.join(', ')}` });

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/** The instant, when the text names one of a day that the calendar has, in the years 1970 to 2999. */
function parseInstant(text: string): Date | undefined {
  const [, year, month, day] = INSTANT.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined || year < 1970 || year > 2999)
    return undefined;
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day ? new Date(text) : undefined;
}

/** An instant: a date-time of ISO 8601 with its offset. Without one it could be any of 26 hours. */
export const Instant = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (parseInstant(value) ?? value) : value,
    ),
    IsDate({ message: 'an instant with its offset from UTC, such as 2030-01-31T09:00:00Z' }),
  );
