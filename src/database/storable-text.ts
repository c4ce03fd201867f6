/** A text without NUL and halves of characters that UTF-16 makes of two, which PostgreSQL does not store. */
export const storableText = (text: string): string =>
  text.includes('\0') || !text.isWellFormed() ? text.toWellFormed().replaceAll('\0', '\uFFFD') : text;
