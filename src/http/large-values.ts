import { Transform } from 'class-transformer';

/** Values of so many parts at most go through class-transformer, which takes 0.4 s for an object of 15,000 fields. */
const FEW = 200;

const aside = new WeakMap<symbol, unknown>();

/**
 * Sets large values aside that fields of a request's objects have, such as the body of an action: symbols stand for them,
 * which nothing looks into. A field that may be large has to be {@link AsItIs}; any other refuses the symbol.
 */
export function setLargeValuesAside(request: unknown): void {
  for (const value of partsOf(request)) {
    if (Array.isArray(value)) continue;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, part] of Object.entries(value)) {
      if (!isLarge(part)) continue;
      const symbol = Symbol(name);
      aside.set(symbol, part);
      (value as Record<string, unknown>)[name] = symbol;
    }
  }
}

/** Keeps what was sent, key by key: a copy would leave out keys that objects have by themselves. */
export const AsItIs = (): PropertyDecorator =>
  Transform(({ obj, key }) => {
    const value = (obj as Record<string, unknown>)[key];
    return typeof value === 'symbol' ? aside.get(value) : value;
  });

function isLarge(value: unknown): boolean {
  const parts = partsOf(value);
  for (let n = 0; n < parts.length; n++) {
    if (parts.length > FEW) return true;
    parts.push(...partsOf(parts[n]).slice(0, FEW + 1));
  }
  return parts.length > FEW;
}

const partsOf = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];
