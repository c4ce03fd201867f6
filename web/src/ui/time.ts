export const VIEWER_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
  formats.set(key, known);
  return known;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' };
const DAY: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };

/** `Wed 25 Nov, 14:00:05`, with the year when it is another one. */
export function dateTime(at: string, zone = VIEWER_ZONE): string {
  const date = new Date(at);
  const year = date.getFullYear() === new Date().getFullYear() ? {} : ({ year: 'numeric' } as const);
  return formatOf(zone, { ...DAY, ...year, ...CLOCK }).format(date);
}

export const timeOfDay = (at: string | number, zone = VIEWER_ZONE): string =>
  formatOf(zone, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));

/** `Europe/Berlin` as people call it: `Berlin`. */
export const zoneCity = (zone: string): string => zone.replace(/^.*\//, '').replaceAll('_', ' ');

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** `in 3 min`, `2 h ago`, `now`. */
export function relative(at: string, now: number): string {
  const distance = new Date(at).getTime() - now;
  const size = Math.abs(distance);
  if (size < 1000) return 'now';
  const [unit, name] = UNITS.find(([ms]) => size >= ms) ?? UNITS[3];
  const amount = `${String(Math.floor(size / unit))} ${name}`;
  return distance > 0 ? `in ${amount}` : `${amount} ago`;
}

/** `3 ms`, `1.2 s`, `4 min 5 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1000) return `${String(Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000)
    return `${String(Math.floor(ms / 60_000))} min ${String(Math.floor((ms % 60_000) / 1000))} s`;
  return `${String(Math.floor(ms / 3_600_000))} h ${String(Math.floor((ms % 3_600_000) / 60_000))} min`;
}
