import { Injectable, type PipeTransform } from '@nestjs/common';
import { InvalidFields } from './problems.js';

/** Reads the `id` of a path. Anything but a positive integer cannot be an id, and is refused as such. */
@Injectable()
export class RowIdPipe implements PipeTransform<string, number> {
  transform(text: string): number {
    const id = Number(text);
    if (/^\d+$/.test(text) && id > 0 && Number.isSafeInteger(id)) return id;
    throw new InvalidFields([{ field: 'id', message: 'a positive whole number' }]);
  }
}
