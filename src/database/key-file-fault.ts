/** The file of a generated key cannot be written, or is not whole. */
export class KeyFileFault extends Error {
  override readonly name = 'KeyFileFault';
}
