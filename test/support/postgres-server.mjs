// Where the tests find a PostgreSQL server: TEST_DATABASE_URL, else the one on the usual port of the loopback.
import pg from 'pg';

const CANDIDATES = process.env.TEST_DATABASE_URL
  ? [process.env.TEST_DATABASE_URL]
  : ['postgres://postgres@127.0.0.1:5432/postgres', 'postgres://postgres:postgres@127.0.0.1:5432/postgres'];

/** The URL of a server on which tests may make databases; undefined, and said so, when there is none. */
export async function findPostgres() {
  let reason;
  for (const url of CANDIDATES) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
    try {
      await client.connect();
      return url;
    } catch (error) {
      reason = error.message || error.code;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  const missing = `no PostgreSQL (${reason}): set TEST_DATABASE_URL, or start one on port 5432 that lets postgres in`;
  if (process.env.CI === 'true') throw new Error(`${missing}; in CI nothing is skipped`);
  process.stderr.write(`SKIPPED: ${missing}\n`);
  return undefined;
}

export async function onServer(url, ...statements) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}
