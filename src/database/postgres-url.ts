/** A URL whose connections begin with these settings of PostgreSQL. */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  const url = new URL(text);
  const given = url.searchParams.get('options');
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  url.searchParams.set('options', [...(given === null ? [] : [given]), ...options].join(' '));
  return url.href;
}
