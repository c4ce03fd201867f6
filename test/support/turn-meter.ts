/** What a turn of the event loop took at most: of the clock, and of the processor, which other programs do not change. */
export interface LongestTurn {
  readonly ms: number;
  readonly cpuMs: number;
  /** How many turns there were. */
  readonly turns: number;
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * Measures the turns of the event loop while work goes on. Node's monitorEventLoopDelay forgets the turn in which it
 * begins and the one in which it ends, which may be all there are.
 */
export async function longestTurn(work: () => Promise<void>): Promise<LongestTurn> {
  let longest: LongestTurn = { ms: 0, cpuMs: 0, turns: 0 };
  let [at, used] = [performance.now(), cpuMs()];
  let over = false;
  const turn = (): void => {
    const [now, by] = [performance.now(), cpuMs()];
    longest = {
      ms: Math.max(longest.ms, now - at),
      cpuMs: Math.max(longest.cpuMs, by - used),
      turns: longest.turns + 1,
    };
    [at, used] = [now, by];
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  over = true;
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return longest;
}
