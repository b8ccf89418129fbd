/**
 * UTF-16 units, as received, of the longest password that is looked at: four for each of the 1024 characters
 * that one may have. Asked before anything is done with it, because to normalise a field of 100 kB can take
 * seconds.
 */
export const MAX_UNITS = 4096;

const UTF_8: TextEncoder = new TextEncoder();

/**
 * The same text however it was typed: "é" is one character on one system and an "e" with an accent on another. Nothing
 * else changes: NFKC, which would also make "²" a "2", throws away what somebody chose.
 *
 * @see NIST SP 800-63B-4 section 3.1.1.2; RFC 8265 section 4.2
 */
export function normalizePassword(password: string): string {
  return password.normalize("NFC");
}

/**
 * The octets of a text: UTF-8, in which a lone surrogate is three octets of its own and no U+FFFD as for
 * TextEncoder.
 */
export function encodePassword(text: string): Uint8Array {
  if (text.isWellFormed()) return UTF_8.encode(text);
  return Uint8Array.from(Array.from(text, encodeCharacter).flat());
}

/** How many code points a text has. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

function encodeCharacter(character: string): number[] {
  if (character.isWellFormed()) return [...UTF_8.encode(character)];
  const unit = character.charCodeAt(0);
  return [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
}
