const known = new Map<string, boolean>();

/** Whether `name` is an IANA time zone of this runtime, such as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  // Newer runtimes also take offsets such as +02:00, which have no name and no clock changes.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(name)) return false;
  let valid = known.get(name);
  if (valid === undefined) {
    valid = canFormatIn(name);
    // Only names that exist are kept, so that a caller cannot fill the memory with others.
    if (valid) known.set(name, valid);
  }
  return valid;
}

function canFormatIn(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
