/** Published when this process was taken for dead and goes on as another node: what it had begun is not its any more. */
export interface NodeLost {
  readonly id: number;
}

export const NODE_LOST = 'node.lost';
