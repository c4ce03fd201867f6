import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KnownPlaces1795704020390 implements MigrationInterface {
  name = 'KnownPlaces1795704020390';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "sign_in_failures" ADD COLUMN "succeeded_at" datetime`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "sign_in_failures" DROP COLUMN "succeeded_at"`);
  }
}
