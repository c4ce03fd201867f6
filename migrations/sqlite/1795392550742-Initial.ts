import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Initial1795392550742 implements MigrationInterface {
  name = 'Initial1795392550742';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "users" (
        "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        "first_name" varchar NOT NULL,
        "last_name" varchar NOT NULL,
        "email" varchar NOT NULL,
        "password" varchar NOT NULL,
        "phone" varchar NOT NULL,
        "photo" varchar,
        "role" varchar NOT NULL DEFAULT ('member'),
        "created_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        "updated_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email"),
        CONSTRAINT "UQ_a000cca60bcf04454e727699490" UNIQUE ("phone")
      )`);

    await queryRunner.query(`
      CREATE TABLE "sessions" (
        "id" varchar PRIMARY KEY NOT NULL,
        "user_id" integer NOT NULL,
        "address" varchar NOT NULL,
        "user_agent" varchar NOT NULL,
        "created_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        "expires_at" datetime NOT NULL,
        CONSTRAINT "FK_085d540d9f418cfbdc7bd55bb19" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
      )`);
    await queryRunner.query(`CREATE INDEX "IDX_085d540d9f418cfbdc7bd55bb1" ON "sessions" ("user_id")`);

    await queryRunner.query(`
      CREATE TABLE "api_keys" (
        "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        "user_id" integer NOT NULL,
        "name" varchar NOT NULL,
        "hash" varchar NOT NULL,
        "hint" varchar NOT NULL,
        "scopes" text NOT NULL,
        "expires_at" datetime,
        "last_used_at" datetime,
        "created_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        CONSTRAINT "api_keys_hash" UNIQUE ("hash"),
        CONSTRAINT "FK_a3baee01d8408cd3c0f89a9a973" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
      )`);
    await queryRunner.query(`CREATE INDEX "IDX_a3baee01d8408cd3c0f89a9a97" ON "api_keys" ("user_id")`);

    await queryRunner.query(`
      CREATE TABLE "sign_in_failures" (
        "account" varchar PRIMARY KEY NOT NULL,
        "attempts" integer NOT NULL,
        "last_at" datetime NOT NULL
      )`);
    await queryRunner.query(
      `CREATE INDEX "IDX_ce683c6c7923ee31367102929e" ON "sign_in_failures" ("last_at")`,
    );

    await queryRunner.query(`
      CREATE TABLE "audit_log" (
        "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        "at" datetime NOT NULL,
        "actor_id" integer,
        "api_key_id" integer,
        "address" varchar,
        "action" varchar NOT NULL,
        "target_type" varchar NOT NULL,
        "target_id" integer,
        "details" text NOT NULL
      )`);
    await queryRunner.query(`CREATE INDEX "IDX_ba27cef5b8b2b1a756e06ebcc5" ON "audit_log" ("at")`);
    await queryRunner.query(`CREATE INDEX "audit_log_actor" ON "audit_log" ("actor_id", "id")`);
    await queryRunner.query(`CREATE INDEX "audit_log_action" ON "audit_log" ("action", "id")`);
    await queryRunner.query(`CREATE INDEX "audit_log_target" ON "audit_log" ("target_id", "id")`);
    await queryRunner.query(`CREATE INDEX "audit_log_target_type" ON "audit_log" ("target_type", "id")`);

    await queryRunner.query(`
      CREATE TABLE "secrets" (
        "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        "owner_id" integer NOT NULL,
        "name" varchar NOT NULL,
        "value" text NOT NULL,
        "created_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        "updated_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        CONSTRAINT "secrets_name" UNIQUE ("owner_id", "name"),
        CONSTRAINT "FK_a4d9856ac5b0242baddc07258b2" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
      )`);

    await queryRunner.query(`
      CREATE TABLE "schedules" (
        "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        "owner_id" integer,
        "title" varchar NOT NULL,
        "description" varchar,
        "is_completed" boolean NOT NULL DEFAULT (0),
        "enabled" boolean NOT NULL DEFAULT (1),
        "disabled_reason" varchar,
        "consecutive_failures" integer NOT NULL DEFAULT (0),
        "schedule_interval" varchar NOT NULL,
        "timezone" varchar NOT NULL DEFAULT ('UTC'),
        "action" text NOT NULL,
        "lane" varchar,
        "signing_secret" text,
        "previous_signing_secret" text,
        "previous_signing_until" datetime,
        "overlap_policy" varchar NOT NULL DEFAULT ('skip'),
        "misfire_policy" varchar NOT NULL DEFAULT ('once'),
        "misfire_window_seconds" integer NOT NULL DEFAULT (86400),
        "retry_policy" text NOT NULL,
        "delivery" varchar NOT NULL DEFAULT ('at_least_once'),
        "start_at" datetime,
        "end_at" datetime,
        "max_runs" integer,
        "run_count" integer NOT NULL DEFAULT (0),
        "jitter_seconds" integer NOT NULL DEFAULT (0),
        "tags" text NOT NULL,
        "last_run" datetime,
        "next_run" datetime,
        "created_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        "updated_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        "deleted_at" datetime,
        CONSTRAINT "FK_52f3a77ce7fc99ede093968b89d" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON DELETE SET NULL ON UPDATE NO ACTION
      )`);
    await queryRunner.query(`CREATE INDEX "schedules_of_owner" ON "schedules" ("owner_id", "deleted_at")`);
    await queryRunner.query(
      `CREATE INDEX "schedules_due" ON "schedules" ("next_run") WHERE "next_run" IS NOT NULL`,
    );

    await queryRunner.query(
      `CREATE INDEX "schedules_deleted" ON "schedules" ("deleted_at") WHERE "deleted_at" IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX "schedules_failing" ON "schedules" ("consecutive_failures") WHERE "consecutive_failures" > 0`,
    );

    await queryRunner.query(`
      CREATE TABLE "runs" (
        "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        "schedule_id" integer NOT NULL,
        "owner_id" integer,
        "scheduled_for" datetime NOT NULL,
        "trigger" varchar NOT NULL,
        "of_occurrence" integer,
        "status" varchar NOT NULL,
        "node_id" integer,
        "attempt" integer NOT NULL DEFAULT (0),
        "max_attempts" integer NOT NULL DEFAULT (1),
        "available_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        "started_at" datetime,
        "finished_at" datetime,
        "lateness_ms" integer,
        "duration_ms" integer,
        "missed_count" integer NOT NULL DEFAULT (0),
        "status_code" integer,
        "output" text,
        "error" text,
        "attempts" text NOT NULL DEFAULT ('[]'),
        "created_at" datetime NOT NULL DEFAULT (CURRENT_TIMESTAMP),
        CONSTRAINT "FK_f075cef8f9adf187f9b9da77002" FOREIGN KEY ("schedule_id") REFERENCES "schedules" ("id") ON DELETE CASCADE ON UPDATE NO ACTION
      )`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX "runs_of_schedule" ON "runs" ("schedule_id", "scheduled_for", "of_occurrence")`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_queued" ON "runs" ("available_at") WHERE "status" = 'queued'`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_finished" ON "runs" ("finished_at") WHERE "finished_at" IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_unfinished" ON "runs" ("schedule_id") WHERE "status" IN ('queued', 'running')`,
    );
    await queryRunner.query(`CREATE INDEX "runs_by_time" ON "runs" ("scheduled_for", "id")`);
    await queryRunner.query(`CREATE INDEX "runs_of_owner" ON "runs" ("owner_id", "scheduled_for", "id")`);
    const notable = `"status" NOT IN ('queued', 'running', 'succeeded')`;
    await queryRunner.query(
      `CREATE INDEX "runs_notable_of_schedule" ON "runs" ("schedule_id", "status", "scheduled_for", "id") WHERE ${notable}`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_notable_of_owner" ON "runs" ("owner_id", "status", "scheduled_for", "id") WHERE ${notable}`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_notable" ON "runs" ("status", "scheduled_for", "id") WHERE ${notable}`,
    );

    await queryRunner.query(`
      CREATE TABLE "nodes" (
        "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        "name" varchar NOT NULL,
        "started_at" datetime NOT NULL,
        "seen_at" datetime NOT NULL
      )`);

    // Always empty; see src/database/storage-probe.ts.
    await queryRunner.query(`CREATE TABLE "storage_probe" ("filler" blob)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [
      'storage_probe',
      'nodes',
      'runs',
      'schedules',
      'secrets',
      'audit_log',
      'sign_in_failures',
      'api_keys',
      'sessions',
      'users',
    ]) {
      await queryRunner.query(`DROP TABLE "${table}"`);
    }
  }
}
