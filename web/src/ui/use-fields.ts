import { ApiError } from '@scheduler-service/client';
import { useState } from 'react';

export interface Fields<Values> {
  readonly values: Values;
  readonly busy: boolean;
  /** Why the last `submit` failed. */
  readonly error: unknown;
  /** The service's message about a field; undefined when it has none. */
  readonly errorOf: (field: string) => string | undefined;
  readonly set: (change: Partial<Values>) => void;
  /** Resolves with what `send` gave, or undefined when it failed. */
  readonly submit: <Answer>(send: (values: Values) => Promise<Answer>) => Promise<Answer | undefined>;
}

/** The state of a form whose fields the service judges. */
export function useFields<Values extends object>(initial: Values | (() => Values)): Fields<Values> {
  const [values, setValues] = useState(initial);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [cleared, setCleared] = useState<readonly string[]>([]);
  return {
    values,
    busy,
    error,
    errorOf: (field) =>
      error instanceof ApiError && !cleared.includes(field.split('.')[0] ?? field)
        ? error.fields[field]
        : undefined,
    set: (change) => {
      setValues((before) => ({ ...before, ...change }));
      setCleared((before) => [...before, ...Object.keys(change)]);
    },
    submit: async (send) => {
      setBusy(true);
      setError(null);
      setCleared([]);
      try {
        return await send(values);
      } catch (reason) {
        setError(reason);
        return undefined;
      } finally {
        setBusy(false);
      }
    },
  };
}
