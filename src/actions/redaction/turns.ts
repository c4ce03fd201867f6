import { setImmediate } from 'node:timers/promises';

/** So long others may have to wait for their turn of the event loop. */
const TURN_MS = 8;

/** Lets others have their turn while something takes long. */
export class Turns {
  private begun = performance.now();

  /** Between two steps of the work. Nearly always there is nothing to wait for. */
  async next(): Promise<void> {
    if (performance.now() - this.begun < TURN_MS) return;
    await setImmediate();
    this.begun = performance.now();
  }
}
