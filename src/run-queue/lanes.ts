import { Fifo } from './fifo.js';
import { IdMap } from './id-map.js';
import type { Share, WaitingRun } from './share.js';

/** So many lines of a full lane are compared when one of them is to be next. */
const LOOKED_AT = 64;

/** The runs of one owner that wait for a full lane, in the order they came. */
export class Line {
  readonly runs = new Fifo<WaitingRun>();
  /** Whether its owner knows that the lane may have a place for it. */
  told = false;

  constructor(
    readonly share: Share,
    readonly lane: string,
  ) {}
}

interface Lane {
  inside: number;
  parked: number;
  /** Of each owner that waits for the lane. */
  readonly lines: Line[];
  /** Where the search for the next line begins, so that equal ones take turns. */
  turn: number;
}

/**
 * Lets a limited number of runs into each lane, and holds the others back, so that one slow target cannot take the places
 * of all others. Runs of one owner keep their order; of several owners, the one that has the fewest places is next.
 */
export class Lanes {
  private readonly lanes = new IdMap<Lane, string>();
  private parked = 0;

  constructor(private readonly limit: number) {}

  /** Whether a run of this lane would be held back now. */
  isFull(name: string): boolean {
    return (this.lanes.get(name)?.inside ?? 0) >= this.limit;
  }

  enter(name: string): void {
    this.of(name).inside++;
  }

  /** Notes that a run of the lane is over. Returns the line that may be next, if any has to be told. */
  leave(name: string): Line | undefined {
    const lane = this.of(name);
    lane.inside--;
    if (lane.inside === 0 && lane.parked === 0) this.lanes.delete(name);
    return choose(lane);
  }

  /** Holds a run back, behind those of its owner. */
  park(share: Share, lane: string, run: WaitingRun): void {
    let line = share.lines.get(lane);
    if (!line) {
      line = new Line(share, lane);
      share.lines.set(lane, line);
      this.of(lane).lines.push(line);
    }
    line.runs.push(run);
    this.of(lane).parked++;
    this.parked++;
  }

  /** The first run of a line; undefined when the lane is full. */
  unpark(line: Line): WaitingRun | undefined {
    if (this.isFull(line.lane)) return undefined;
    const run = line.runs.shift();
    if (!run) return undefined;
    const lane = this.of(line.lane);
    lane.parked--;
    this.parked--;
    if (line.runs.size === 0) {
      line.share.lines.delete(line.lane);
      const last = lane.lines.pop();
      if (last && last !== line) lane.lines[lane.lines.indexOf(line)] = last;
    }
    return run;
  }

  /** How many are held back. */
  get held(): number {
    return this.parked;
  }

  /** How many of one lane are held back. */
  heldIn(name: string): number {
    return this.lanes.get(name)?.parked ?? 0;
  }

  private of(name: string): Lane {
    let lane = this.lanes.get(name);
    if (!lane) this.lanes.set(name, (lane = { inside: 0, parked: 0, lines: [], turn: 0 }));
    return lane;
  }
}

/** Of the lines that know nothing of it yet, the one whose owner has the fewest places. */
function choose(lane: Lane): Line | undefined {
  const { lines } = lane;
  let chosen: Line | undefined;
  const looked = Math.min(lines.length, LOOKED_AT);
  const from = lane.turn;
  for (let n = 0; n < looked; n++) {
    const at = (from + n) % lines.length;
    const line = lines[at];
    if (!line || line.told || (chosen && line.share.held >= chosen.share.held)) continue;
    chosen = line;
    lane.turn = at + 1;
  }
  if (chosen) chosen.told = true;
  return chosen;
}
