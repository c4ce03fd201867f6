import { createContext, useContext } from 'react';
import type { Fields } from '../ui/use-fields.js';
import { bodyFault, type Draft } from './draft.js';

export const DraftContext = createContext<Fields<Draft> | null>(null);

interface FieldOf<Name extends keyof Draft> {
  value: Draft[Name];
  error: string | undefined;
  set: (value: Draft[Name]) => void;
}

/** A field of the draft. `path` is its name in the service's messages, when it differs. */
export function useField<Name extends keyof Draft>(name: Name, path: string = name): FieldOf<Name> {
  const fields = useContext(DraftContext);
  if (!fields) throw new Error('There is no form around this field.');
  return {
    value: fields.values[name],
    error: name === 'body' ? (bodyFault(fields.values) ?? fields.errorOf(path)) : fields.errorOf(path),
    set: (value) => {
      fields.set({ [name]: value });
    },
  };
}
