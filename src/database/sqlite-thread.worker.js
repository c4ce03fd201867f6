// The thread in which SQLite carries out bulk work: one connection, one statement after the other.
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** @import { Statement, Reply } from './sqlite-thread.js' */

const database = new Database(workerData.file);
for (const pragma of workerData.pragmas) database.pragma(pragma);
if (
  database.pragma('journal_mode', { simple: true }) !== 'wal' ||
  database.pragma('synchronous', { simple: true }) !== 2
)
  throw new Error(`${workerData.file} cannot be written durably`);

const BEGIN = 'BEGIN TRANSACTION';

/**
 * By their SQL. The service has a few dozen for bulk work.
 * @type {Map<string, Database.Statement>}
 */
const prepared = new Map();

/** @param {string} sql */
function prepare(sql) {
  let statement = prepared.get(sql);
  if (!statement) prepared.set(sql, (statement = database.prepare(sql)));
  return statement;
}

/**
 * @param {Statement[]} statements
 * @returns {Reply}
 */
function answer(statements) {
  let last = {};
  try {
    for (const { sql, parameters } of statements) {
      // After some faults SQLite rolls back by itself: what was asked behind them must not be committed on its own.
      if (sql !== BEGIN && !database.inTransaction) throw new Error('the transaction is over');
      const statement = prepare(sql);
      last = statement.reader ? { rows: statement.all(...parameters) } : statement.run(...parameters);
    }
    return { ...last, inTransaction: database.inTransaction };
  } catch (error) {
    // An error that is cloned on its way to another thread loses its code.
    const { message, code } = /** @type {Error & { code?: string }} */ (error);
    return { error: { message, code }, inTransaction: database.inTransaction };
  }
}

parentPort?.on('message', (/** @type {Statement[][] | 'close'} */ message) => {
  if (message === 'close') {
    database.close();
    parentPort?.close();
  } else {
    parentPort?.postMessage(message.map(answer));
  }
});
