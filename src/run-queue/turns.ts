import { Link, Share } from './share.js';

/** Whose turn it is: of those who want a place, the owner that holds the fewest; equal ones in the order they came. */
export class Turns {
  /** By the number of places held, a ring of those who want one more. */
  private readonly rings: Link[] = [];
  /** No ring below has anybody in it. */
  private lowest = 0;
  private wanting = 0;

  get first(): Share | undefined {
    if (this.wanting === 0) return undefined;
    for (; this.lowest < this.rings.length; this.lowest++) {
      const next = this.rings[this.lowest]?.after;
      if (next instanceof Share) return next;
    }
    return undefined;
  }

  /** To be called whenever an owner holds more or fewer places, wants one, or no more. */
  update(share: Share): void {
    if (!share.isAlone) {
      share.unlink();
      this.wanting--;
    }
    if (!share.wantsPlace) return;
    while (this.rings.length <= share.held) this.rings.push(new Link());
    this.rings[share.held]?.append(share);
    this.wanting++;
    this.lowest = Math.min(this.lowest, share.held);
  }
}
