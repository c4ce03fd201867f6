import type { MigrationInterface, QueryRunner } from 'typeorm';

/** E-mail addresses in Unicode NFC. One whose normal form somebody else has stays as it is. */
export class NormalEmails1795704148952 implements MigrationInterface {
  name = 'NormalEmails1795704148952';

  async up(queryRunner: QueryRunner): Promise<void> {
    const users = (await queryRunner.query(`SELECT "id", "email" FROM "users" ORDER BY "id"`)) as {
      id: number;
      email: string;
    }[];
    const taken = new Set(users.map(({ email }) => email));
    for (const { id, email } of users) {
      const normal = email.trim().normalize('NFC').toLowerCase().normalize('NFC');
      if (taken.has(normal)) continue;
      await queryRunner.query(`UPDATE "users" SET "email" = $1 WHERE "id" = $2`, [normal, id]);
      taken.add(normal);
    }
  }

  async down(): Promise<void> {
    // How they were spelled is not known any more, and not needed.
  }
}
