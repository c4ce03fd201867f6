/** Stretches of so many bytes are told apart from what texts hold by chance. */
export const STRETCH = 8;

/** Shorter parts are not looked for. */
export const SHORTEST_PART = 4;

const codes = (characters: string): number[] => [...Buffer.from(characters)];

/**
 * By byte: what it counts for when texts are compared, or 0 for what is passed over. Hosts, and targets, change the
 * case of letters; headers lose the blanks around them, URLs lose line breaks, forms write `+` for a blank; quotes and
 * backslashes are doubled or dropped wherever a text is put into another.
 */
export const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte <= 0x20 || byte === 0x7f || codes('+\\"\'').includes(byte)) return 0;
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
});

const flags = (test: (byte: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => Number(test(byte)));

/** By byte: whether a part of a secret ends there. */
const SEPARATORS = codes('/?#&=:;,@|<>()[]{}$!*`');
export const SEPARATES = flags((byte) => FOLDED[byte] === 0 || SEPARATORS.includes(byte));

/** By byte: whether it is a letter or a digit of ASCII. */
export const IN_WORD = flags((byte) => /[A-Za-z\d]/.test(String.fromCharCode(byte)));
