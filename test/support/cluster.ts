import { PostgresServer } from './postgres-own-server.js';
import { RedisServer } from './redis-server.js';
import { removeFolder, scratchFolder } from './scratch.js';
import { ServiceProcess } from './service-process.js';
import { TcpProxy } from './tcp-proxy.js';

/** One node, and its own ways to the servers that all nodes share. */
export class ClusterNode {
  private readonly earlierLog: string[] = [];

  private constructor(
    readonly toPostgres: TcpProxy,
    readonly toRedis: TcpProxy,
    private readonly folder: string,
    private readonly settings: Record<string, string>,
    private process: ServiceProcess,
  ) {}

  static async start(cluster: Cluster, settings: Record<string, string>): Promise<ClusterNode> {
    const toPostgres = await TcpProxy.to(cluster.postgres.url);
    const toRedis = await TcpProxy.to(cluster.redis.url);
    const all = { ...settings, DATABASE_URL: toPostgres.url, REDIS_URL: toRedis.url };
    const folder = scratchFolder();
    return new ClusterNode(toPostgres, toRedis, folder, all, await ServiceProcess.start(folder, all));
  }

  get api(): ServiceProcess['api'] {
    return this.process.api;
  }

  /** Every line that this node has logged, also before it was killed. */
  get log(): readonly string[] {
    return [...this.earlierLog, ...this.process.log];
  }

  kill(): Promise<void> {
    return this.process.kill();
  }

  /** Resolves with its exit code. */
  terminate(): Promise<number | null> {
    return this.process.terminate();
  }

  async startAgain(): Promise<void> {
    this.earlierLog.push(...this.process.log);
    this.process = await ServiceProcess.start(this.folder, this.settings);
  }

  /** Stops all its threads where they are, and lets them go on as if nothing had been. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.process.pid !== undefined) process.kill(this.process.pid, signal);
  }

  async stop(): Promise<void> {
    this.toPostgres.close();
    this.toRedis.close();
    await this.kill();
    removeFolder(this.folder);
  }
}

/** Three nodes that share a PostgreSQL and a Redis server, all of them processes of their own. */
export class Cluster {
  readonly nodes: ClusterNode[] = [];

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Cluster> {
    const cluster = new Cluster(await PostgresServer.start(), await RedisServer.start());
    const keys = {
      JWT_SECRET: 'shared-by-all-nodes-'.repeat(2),
      ENCRYPTION_KEY: 'this-one-as-well-'.repeat(2),
    };
    try {
      // All at once: whichever comes first migrates the database, and the others wait for it.
      const started = [1, 2, 3].map(() => ClusterNode.start(cluster, { ...keys, ...settings }));
      cluster.nodes.push(...(await Promise.all(started)));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** One of the nodes, counted from 0. */
  node(index: number): ClusterNode {
    const node = this.nodes[index];
    if (!node) throw new Error(`there is no node ${String(index)}`);
    return node;
  }

  /** How often each run was executed, by what the nodes have logged of their actions. */
  executions(): Map<number, number> {
    const times = new Map<number, number>();
    for (const line of this.nodes.flatMap(({ log }) => log)) {
      const id = Number(/"run_id":(\d+)/.exec(line)?.[1]);
      if (id > 0) times.set(id, (times.get(id) ?? 0) + 1);
    }
    return times;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.redis.stop();
    await this.postgres.stop();
  }
}
