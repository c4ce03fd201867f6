import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsString, Length, Matches, ValidateIf } from 'class-validator';

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
    IsString({ message }),
    Length(min, max, { message }),
    // eslint-disable-next-line no-control-regex
    Matches(/^[^\u0000]*$/, { message: 'a text without NUL characters' }),
  );
}
