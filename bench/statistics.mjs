// The few numbers that rounds of a benchmark come down to.

/** The value at a rank from 0 to 1 of sorted or unsorted numbers; null when there are none. */
export function quantile(values, rank) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(rank * sorted.length))];
}

export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `digits` significant digits at least; whole numbers stay whole. */
export function round(value, digits = 3) {
  if (typeof value !== 'number' || !Number.isFinite(value)) return value;
  if (Math.abs(value) >= 10 ** (digits - 1)) return Math.round(value);
  return Number(value.toPrecision(digits));
}

/** Median, smallest and largest of the rounds' figures, leaving out rounds that have none. */
export function spread(values) {
  const known = values.filter((value) => typeof value === 'number' && Number.isFinite(value));
  if (known.length === 0) return null;
  return { median: round(median(known)), min: round(Math.min(...known)), max: round(Math.max(...known)) };
}

/** Turns rounds, each an object of figures, into one object of spreads. */
export function spreads(rounds) {
  const keys = [...new Set(rounds.flatMap((figures) => Object.keys(figures)))];
  return Object.fromEntries(keys.map((key) => [key, spread(rounds.map((figures) => figures[key]))]));
}

export const ratio = (ours, theirs) =>
  typeof ours === 'number' && typeof theirs === 'number' && theirs !== 0 ? round(ours / theirs) : null;

/**
 * Runs every contender once per round, in turn, so that what else the machine does hits all of them alike; the
 * order turns round each time. `contenders` maps a name to a function that resolves with an object of figures.
 */
export async function alternate(rounds, contenders) {
  const figures = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    const names = Object.keys(contenders);
    if (i % 2) names.reverse();
    for (const name of names) {
      const measured = await contenders[name](i);
      process.stderr.write(`  round ${i + 1} of ${rounds}, ${name}: ${JSON.stringify(measured)}\n`);
      figures[name].push(measured);
    }
  }
  return figures;
}

/**
 * One row of a scenario's table: who was measured, under what load, and the spread of each figure. A contender
 * that could not run in any round has no figures but says why.
 */
export function row(what, load, rounds) {
  const worked = rounds.filter(({ unavailable }) => !unavailable);
  if (worked.length === 0) return { what, load, unavailable: rounds[0]?.unavailable ?? 'not measured' };
  return { what, load, figures: spreads(worked) };
}
