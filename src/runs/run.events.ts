/** Published after the commit that canceled runs: whoever is executing one stops. */
export interface RunsCanceled {
  readonly ids: readonly number[];
}

export const RUNS_CANCELED = 'runs.canceled';

/** The same, of runs that another node canceled. */
export const RUNS_CANCELED_ELSEWHERE = 'runs.canceled-elsewhere';
