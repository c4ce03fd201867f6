import { hostname } from 'node:os';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Interval } from '@nestjs/schedule';
import type { EntityManager } from 'typeorm';
import { within } from '../clock/deadline.js';
import { AppConfig } from '../config/app-config.js';
import { cannotStore } from '../database/storage-fault.js';
import { Dialect } from '../database/dialect.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { NODE_LOST, type NodeLost } from './node.events.js';

const BEAT_MS = 5000;

/** A node that gave no sign of life for so long is taken for dead. */
const LEASE_MS = 15_000;

/** A node that stops does not wait longer than this for a database that is silent. */
const LEAVE_MS = 2000;

/** Thrown inside a transaction of a node that others took for dead: nothing of it may be stored. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Who this process is, to the rows it starts, and whether it may still act in that name.
 *
 * A node tells every 5 seconds that it lives. Others that find it silent for 15, by the database's clock, remove its row
 * and settle its runs. Whatever it writes about runs therefore begins with `hold`, which keeps its row from being
 * removed until the transaction is over, or finds that it is removed: then nothing of it is stored, and the node goes on
 * as a new one. A process that is alone on its database is never taken for dead by others; what it left
 * before it was restarted is.
 */
@Injectable()
export class NodeLease implements OnModuleInit {
  private readonly logger = new Logger(NodeLease.name);
  private readonly name = `${hostname()}/${String(process.pid)}`;
  private current = 0;
  private entering: Promise<void> | undefined;
  private renewing: Promise<void> | undefined;
  /** Since when this node has been in touch with the database, without a gap that makes others look dead. */
  private inTouchSince = Number.NEGATIVE_INFINITY;
  private lastBeat = performance.now();
  private beating = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly dialect: Dialect,
    private readonly config: AppConfig,
    private readonly events: EventEmitter2,
  ) {}

  /** The id under which this process starts runs, for now. */
  get id(): number {
    return this.current;
  }

  async onModuleInit(): Promise<void> {
    try {
      await this.enter();
    } catch (error) {
      if (!cannotStore(error)) throw error;
      this.logger.error(`the database cannot store, so nothing is run until it can: ${String(error)}`);
    }
  }

  /** Writes down that this process is a node, unless it has been. Nothing may be run or recovered before. */
  async enter(): Promise<void> {
    if (this.current !== 0) return;
    this.entering ??= this.registerFirst().finally(() => (this.entering = undefined));
    await this.entering;
  }

  /**
   * Keeps this node from being taken for dead until the transaction is over.
   *
   * @throws LeaseLost when it was already
   */
  async hold(manager: EntityManager, id: number): Promise<void> {
    if (id === 0) throw new LeaseLost('this node is not written down yet');
    if (!this.dialect.sideBySide) return;
    const sql = `SELECT id FROM nodes WHERE id = ? ${this.dialect.keepReferenced}`;
    const rows = await this.dialect.query(manager, sql, [id]);
    if (rows.length === 0) throw new LeaseLost(`node ${String(id)} was taken for dead`);
  }

  /** Gives a sign of life, by which a node that was taken for dead learns of it. */
  @Interval('heartbeat', BEAT_MS)
  async beat(): Promise<void> {
    // Beats to a database that is silent must not take all of its connections.
    if (!this.dialect.sideBySide || this.beating) return;
    this.beating = true;
    try {
      await this.tellAlive();
    } finally {
      this.beating = false;
    }
  }

  private async tellAlive(): Promise<void> {
    const id = this.current;
    const sql = 'UPDATE nodes SET seen_at = CURRENT_TIMESTAMP WHERE id = ?';
    try {
      const seen = await this.unitOfWork.transaction((manager) => this.dialect.change(manager, sql, [id]));
      if (seen === 0) await this.renew(id);
    } catch (error) {
      this.logger.error(`this node cannot give a sign of life: ${String(error)}`);
      return;
    }
    const now = performance.now();
    if (now - this.lastBeat > 2 * BEAT_MS) this.inTouchSince = now;
    this.lastBeat = now;
  }

  /** Goes on as a new node, unless that has happened since the node was `lost`. */
  async renew(lost: number): Promise<void> {
    if (this.current !== lost) return;
    this.renewing ??= this.replace(lost).finally(() => (this.renewing = undefined));
    await this.renewing;
  }

  /**
   * Removes the nodes that are silent; resolves with their number. Their runs have to be settled in the same
   * transaction. While the database was away everybody was silent: a server that has just started, or that
   * this node has just found again, tells nothing.
   */
  async removeSilent(manager: EntityManager): Promise<number> {
    if (!this.dialect.sideBySide || performance.now() - this.inTouchSince < LEASE_MS) return 0;
    const lease = `CURRENT_TIMESTAMP - interval '${String(LEASE_MS)} milliseconds'`;
    return this.dialect.change(
      manager,
      `DELETE FROM nodes WHERE seen_at < ${lease} AND id <> ? AND pg_postmaster_start_time() < ${lease}`,
      [this.current],
    );
  }

  /** Says that this node will not come back, so that nobody waits for it. */
  async leave(): Promise<void> {
    if (!this.dialect.sideBySide) return;
    const sql = `UPDATE nodes SET seen_at = '1970-01-01' WHERE id = ?`;
    const told = this.unitOfWork.transaction((manager) => this.dialect.change(manager, sql, [this.current]));
    await within(LEAVE_MS, told).catch((error: unknown) => {
      this.logger.warn(`nobody is told that this node stops: ${String(error)}`);
    });
  }

  private async replace(lost: number): Promise<void> {
    if (lost === 0) {
      await this.enter();
      return;
    }
    this.current = await this.unitOfWork.transaction((manager) => this.register(manager));
    this.logger.warn(
      `node ${String(lost)} was taken for dead, having been silent for ${String(LEASE_MS / 1000)} s; it goes on as node ` +
        `${String(this.current)}, and drops what it was doing`,
    );
    this.events.emit(NODE_LOST, { id: lost } satisfies NodeLost);
  }

  private async registerFirst(): Promise<void> {
    this.current = await this.unitOfWork.transaction(async (manager) => {
      // Whoever is alone here knows that all others are gone.
      if (this.config.redisUrl === undefined) await this.dialect.change(manager, 'DELETE FROM nodes');
      return this.register(manager);
    });
  }

  private async register(manager: EntityManager): Promise<number> {
    const [row] = await this.dialect.query<{ id: number }>(
      manager,
      `INSERT INTO nodes (name, started_at, seen_at) VALUES (?, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP) RETURNING id`,
      [this.name],
    );
    return row?.id ?? 0;
  }
}
