/** Another process works on the same database, and has to be alone there, or this one has to. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}
