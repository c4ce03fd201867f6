import fc from 'fast-check';

/** A field of a cron pattern with values from `min` to `max`, in every spelling. */
function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${String(Math.min(a, b))}-${String(Math.max(a, b))}`);
  const step = fc.integer({ min: 1, max: max - min });
  return fc.oneof(
    fc.constant('*'),
    step.map((by) => `*/${String(by)}`),
    value.map(String),
    range,
    fc.tuple(range, step).map(([of, by]) => `${of}/${String(by)}`),
    fc.array(fc.oneof(value.map(String), range), { minLength: 2, maxLength: 4 }).map((items) => items.join()),
  );
}

const date = fc.integer({ min: 1, max: 31 }).map(String);
const dates = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('*', '?') },
  { weight: 3, arbitrary: field(1, 31) },
  fc.constantFrom('L', 'LW'),
  date.map((day) => `${day}W`),
  date.map((day) => `${day},L`),
  fc.tuple(date, date).map(([a, b]) => `${a}W,${b}`),
);

const weekday = fc.integer({ min: 0, max: 7 }).map(String);
const weekdays = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('*', '?') },
  { weight: 2, arbitrary: field(0, 7) },
  fc.tuple(weekday, fc.integer({ min: 1, max: 5 })).map(([day, nth]) => `${day}#${String(nth)}`),
  weekday.map((day) => `${day}L`),
  fc.tuple(weekday, weekday).map(([a, b]) => `${a}#5,${b}`),
);

export const secondField = field(0, 59);

/** Cron patterns of 6 fields, some of which never come due. */
export const patternWith = (second: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(second, field(0, 59), field(0, 23), dates, field(1, 12), weekdays)
    .map((fields) => fields.join(' '));

/** Cron patterns that are due often enough for a few days to have many occurrences. */
export const dailyPatternWith = (second: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(second, field(0, 59), field(0, 23), fc.constantFrom('*', '*', '*/2', '1-15'))
    .map((fields) => [...fields, '*', '*'].join(' '));
