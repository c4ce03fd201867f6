import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SealingKeys1795704496927 implements MigrationInterface {
  name = 'SealingKeys1795704496927';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE "sealing_keys" ("id" varchar PRIMARY KEY NOT NULL)`);
    // Those that sealed what is stored: the first 8 characters of each value name its key.
    await queryRunner.query(`
      INSERT INTO "sealing_keys" ("id")
      SELECT substr("value", 1, 8) FROM "secrets" WHERE "value" <> ''
      UNION SELECT substr("signing_secret", 1, 8) FROM "schedules" WHERE "signing_secret" <> ''
      UNION SELECT substr("previous_signing_secret", 1, 8) FROM "schedules" WHERE "previous_signing_secret" <> ''`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "sealing_keys"`);
  }
}
