/** Published after the commit that canceled runs: whoever is executing one stops. */
export interface RunsCanceled {
  readonly ids: readonly number[];
}

export const RUNS_CANCELED = 'runs.canceled';

/** The same, of runs that another node canceled. */
export const RUNS_CANCELED_ELSEWHERE = 'runs.canceled-elsewhere';

/** Published after a commit that changed runs in any other way, or made them; nothing is lost when nobody hears it. */
export interface RunsChanged {
  readonly ids: readonly number[];
}

export const RUNS_CHANGED = 'runs.changed';
