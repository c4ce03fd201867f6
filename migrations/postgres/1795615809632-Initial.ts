import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Initial1795615809632 implements MigrationInterface {
  name = 'Initial1795615809632';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "audit_log" (
        "id" BIGSERIAL NOT NULL,
        "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "actor_id" bigint,
        "api_key_id" bigint,
        "address" character varying,
        "action" character varying NOT NULL,
        "target_type" character varying NOT NULL,
        "target_id" bigint,
        "details" text NOT NULL,
        CONSTRAINT "PK_07fefa57f7f5ab8fc3f52b3ed0b" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(`CREATE INDEX "IDX_ba27cef5b8b2b1a756e06ebcc5" ON "audit_log" ("at")`);
    await queryRunner.query(`CREATE INDEX "audit_log_target_type" ON "audit_log" ("target_type", "id")`);
    await queryRunner.query(`CREATE INDEX "audit_log_target" ON "audit_log" ("target_id", "id")`);
    await queryRunner.query(`CREATE INDEX "audit_log_action" ON "audit_log" ("action", "id")`);
    await queryRunner.query(`CREATE INDEX "audit_log_actor" ON "audit_log" ("actor_id", "id")`);
    await queryRunner.query(`
      CREATE TABLE "users" (
        "id" BIGSERIAL NOT NULL,
        "first_name" character varying NOT NULL,
        "last_name" character varying NOT NULL,
        "email" character varying NOT NULL,
        "password" character varying NOT NULL,
        "phone" character varying NOT NULL,
        "photo" character varying,
        "role" character varying NOT NULL DEFAULT 'member',
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email"),
        CONSTRAINT "UQ_a000cca60bcf04454e727699490" UNIQUE ("phone"),
        CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(`
      CREATE TABLE "api_keys" (
        "id" BIGSERIAL NOT NULL,
        "user_id" bigint NOT NULL,
        "name" character varying NOT NULL,
        "hash" character varying NOT NULL,
        "hint" character varying NOT NULL,
        "scopes" text NOT NULL,
        "expires_at" TIMESTAMP(3) WITH TIME ZONE,
        "last_used_at" TIMESTAMP(3) WITH TIME ZONE,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "api_keys_hash" UNIQUE ("hash"),
        CONSTRAINT "PK_5c8a79801b44bd27b79228e1dad" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(`CREATE INDEX "IDX_a3baee01d8408cd3c0f89a9a97" ON "api_keys" ("user_id")`);
    await queryRunner.query(`
      CREATE TABLE "sign_in_failures" (
        "account" character varying NOT NULL,
        "attempts" bigint NOT NULL,
        "last_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "PK_14b88c470a6571fbc99b8cce609" PRIMARY KEY ("account")
      )`);
    await queryRunner.query(
      `CREATE INDEX "IDX_ce683c6c7923ee31367102929e" ON "sign_in_failures" ("last_at")`,
    );
    await queryRunner.query(`
      CREATE TABLE "sessions" (
        "id" character varying NOT NULL,
        "user_id" bigint NOT NULL,
        "address" character varying NOT NULL,
        "user_agent" character varying NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "expires_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "PK_3238ef96f18b355b671619111bc" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(`CREATE INDEX "IDX_085d540d9f418cfbdc7bd55bb1" ON "sessions" ("user_id")`);
    await queryRunner.query(`
      CREATE TABLE "nodes" (
        "id" BIGSERIAL NOT NULL,
        "name" character varying NOT NULL,
        "started_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "seen_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "PK_682d6427523a0fa43d062ea03ee" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(`
      CREATE TABLE "schedules" (
        "id" BIGSERIAL NOT NULL,
        "owner_id" bigint,
        "title" character varying NOT NULL,
        "description" character varying,
        "is_completed" boolean NOT NULL DEFAULT false,
        "enabled" boolean NOT NULL DEFAULT true,
        "disabled_reason" character varying,
        "consecutive_failures" bigint NOT NULL DEFAULT '0',
        "schedule_interval" character varying NOT NULL,
        "timezone" character varying NOT NULL DEFAULT 'UTC',
        "action" text NOT NULL,
        "lane" character varying,
        "signing_secret" text,
        "previous_signing_secret" text,
        "previous_signing_until" TIMESTAMP(3) WITH TIME ZONE,
        "overlap_policy" character varying NOT NULL DEFAULT 'skip',
        "misfire_policy" character varying NOT NULL DEFAULT 'once',
        "misfire_window_seconds" bigint NOT NULL DEFAULT '86400',
        "retry_policy" text NOT NULL,
        "delivery" character varying NOT NULL DEFAULT 'at_least_once',
        "start_at" TIMESTAMP(3) WITH TIME ZONE,
        "end_at" TIMESTAMP(3) WITH TIME ZONE,
        "max_runs" bigint,
        "run_count" bigint NOT NULL DEFAULT '0',
        "jitter_seconds" bigint NOT NULL DEFAULT '0',
        "tags" text NOT NULL,
        "last_run" TIMESTAMP(3) WITH TIME ZONE,
        "next_run" TIMESTAMP(3) WITH TIME ZONE,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "deleted_at" TIMESTAMP(3) WITH TIME ZONE,
        CONSTRAINT "PK_7e33fc2ea755a5765e3564e66dd" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(
      `CREATE INDEX "schedules_failing" ON "schedules" ("consecutive_failures") WHERE "consecutive_failures" > 0`,
    );
    await queryRunner.query(
      `CREATE INDEX "schedules_due" ON "schedules" ("next_run") WHERE "next_run" IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX "schedules_deleted" ON "schedules" ("deleted_at") WHERE "deleted_at" IS NOT NULL`,
    );
    await queryRunner.query(`CREATE INDEX "schedules_of_owner" ON "schedules" ("owner_id", "deleted_at")`);
    await queryRunner.query(`
      CREATE TABLE "runs" (
        "id" BIGSERIAL NOT NULL,
        "schedule_id" bigint NOT NULL,
        "owner_id" bigint,
        "scheduled_for" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "trigger" character varying NOT NULL,
        "of_occurrence" bigint,
        "status" character varying NOT NULL,
        "node_id" bigint,
        "attempt" bigint NOT NULL DEFAULT '0',
        "max_attempts" bigint NOT NULL DEFAULT '1',
        "available_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "started_at" TIMESTAMP(3) WITH TIME ZONE,
        "finished_at" TIMESTAMP(3) WITH TIME ZONE,
        "lateness_ms" bigint,
        "duration_ms" bigint,
        "missed_count" bigint NOT NULL DEFAULT '0',
        "status_code" bigint,
        "output" text,
        "error" text,
        "attempts" text NOT NULL DEFAULT '[]',
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "PK_46d6a1e257c38ba58f1a3c30836" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(
      `CREATE INDEX "runs_notable_of_schedule" ON "runs" ("schedule_id", "status", "scheduled_for", "id") WHERE "status" NOT IN ('queued', 'running', 'succeeded')`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_notable_of_owner" ON "runs" ("owner_id", "status", "scheduled_for", "id") WHERE "status" NOT IN ('queued', 'running', 'succeeded')`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_notable" ON "runs" ("status", "scheduled_for", "id") WHERE "status" NOT IN ('queued', 'running', 'succeeded')`,
    );
    await queryRunner.query(`CREATE INDEX "runs_of_owner" ON "runs" ("owner_id", "scheduled_for", "id")`);
    await queryRunner.query(`CREATE INDEX "runs_by_time" ON "runs" ("scheduled_for", "id")`);
    await queryRunner.query(
      `CREATE INDEX "runs_finished" ON "runs" ("finished_at") WHERE "finished_at" IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_queued" ON "runs" ("available_at") WHERE "status" = 'queued'`,
    );
    await queryRunner.query(
      `CREATE INDEX "runs_unfinished" ON "runs" ("schedule_id") WHERE "status" IN ('queued', 'running')`,
    );
    await queryRunner.query(
      `CREATE UNIQUE INDEX "runs_of_schedule" ON "runs" ("schedule_id", "scheduled_for", "of_occurrence")`,
    );
    await queryRunner.query(`
      CREATE TABLE "secrets" (
        "id" BIGSERIAL NOT NULL,
        "owner_id" bigint NOT NULL,
        "name" character varying NOT NULL,
        "value" text NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "secrets_name" UNIQUE ("owner_id", "name"),
        CONSTRAINT "PK_d4ff48ddba1883d4dc142b9c697" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(
      `ALTER TABLE "api_keys" ADD CONSTRAINT "FK_a3baee01d8408cd3c0f89a9a973" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await queryRunner.query(
      `ALTER TABLE "sessions" ADD CONSTRAINT "FK_085d540d9f418cfbdc7bd55bb19" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await queryRunner.query(
      `ALTER TABLE "schedules" ADD CONSTRAINT "FK_52f3a77ce7fc99ede093968b89d" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE NO ACTION`,
    );
    await queryRunner.query(
      `ALTER TABLE "runs" ADD CONSTRAINT "FK_f075cef8f9adf187f9b9da77002" FOREIGN KEY ("schedule_id") REFERENCES "schedules"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await queryRunner.query(
      `ALTER TABLE "secrets" ADD CONSTRAINT "FK_a4d9856ac5b0242baddc07258b2" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );

    // Always empty; see src/database/storage-probe.ts.
    await queryRunner.query(`CREATE TABLE "storage_probe" ("filler" bytea)`);
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
