/** Calls `work` at once, and then at most once every `ms`; the last call is never lost. */
export function throttle(ms: number, work: () => void): () => void {
  let resting = false;
  let waiting = false;
  const call = (): void => {
    if (resting) {
      waiting = true;
      return;
    }
    resting = true;
    work();
    setTimeout(() => {
      resting = false;
      if (!waiting) return;
      waiting = false;
      call();
    }, ms);
  };
  return call;
}
