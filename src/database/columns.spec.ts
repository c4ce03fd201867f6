import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromInstantText, instantText } from './columns.js';

const instants = fc.date({
  min: new Date('0000-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

test('an instant is read as it was written', () => {
  fc.assert(
    fc.property(instants, (instant) => {
      expect(fromInstantText(instantText(instant))).toEqual(instant);
    }),
  );
});

test.each(['2026-03-29 01:00:00', '2026-03-29T01:00:00+00:00', '2026-03-29T03:00:00.000+02:00'])(
  'reads %s',
  (text) => {
    expect(fromInstantText(text)).toEqual(new Date('2026-03-29T01:00:00Z'));
  },
);
