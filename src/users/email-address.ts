import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsEmail } from 'class-validator';
import { AtMost } from '../http/fields.js';

/**
 * An e-mail address as it is kept and compared: without regard to case, nor to how letters with accents are put
 * together (Unicode NFC), for keyboards and systems differ in that. Case comes between, because it may change letters.
 */
export const normalEmail = (text: string): string =>
  text.trim().normalize('NFC').toLowerCase().normalize('NFC');

/** A new e-mail address, in its normal form. */
export const EmailAddress = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalEmail(value) : value)),
    IsEmail({}, { message: 'an e-mail address, such as ada@example.com' }),
    AtMost(254),
  );
