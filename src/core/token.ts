/**
 * The text of a sealed token: `<version>.<kid>.<day>.<base64url(nonce ‖ ciphertext ‖ tag)>`.
 * This module knows its shape; `seal.ts` knows what is inside. A change of cipher or layout gets another version.
 */

/** Version letter and number of tokens under the runtime's AES-256-GCM. */
export const SEALED_VERSION = "s1";

/** Octets of the AES-GCM nonce, in front of the ciphertext (NIST SP 800-38D section 8.2.2). */
export const NONCE_BYTES = 12;

/** Version letter and number of tokens under XChaCha20-Poly1305; see `crypto/sodium.ts`. */
export const SODIUM_VERSION = "x1";

/** Octets of the XChaCha20-Poly1305 nonce (draft-irtf-cfrg-xchacha-03). */
export const SODIUM_NONCE_BYTES = 24;

/** Octets of the tag, behind the ciphertext; of every cipher. */
export const TAG_BYTES = 16;

/** Characters of a key id: 48 bits in base64url. */
export const KID_LENGTH = 8;

/** Milliseconds of a UTC day; keys change with it. */
export const DAY_MS = 86_400_000;

const PREFIX = /^([a-z][0-9])\.([A-Za-z0-9_-]{8})\.([1-9][0-9]{0,5})\.$/;
const FOREIGN = /[^A-Za-z0-9_-]/;
const KID_START = SEALED_VERSION.length + 1;
const DAY_START = KID_START + KID_LENGTH + 1;
const LONGEST_PREFIX = DAY_START + 7;

/** `<version>.<kid>.<day>.`: what selects the key, and no more. */
export function tokenPrefix(version: string, kid: string, day: number): string {
  return `${version}.${kid}.${day}.`;
}

/**
 * Cuts a token into the prefix that selects its key and the body; `undefined` when it has no such shape.
 * Whether the body is long enough, is seen by who knows the cipher, and whether it is canonical base64url by
 * who decodes it.
 */
export function splitToken(token: string): { prefix: string; body: string } | undefined {
  const dot = token.indexOf(".", DAY_START);
  if (dot === -1 || dot >= LONGEST_PREFIX) return undefined;
  return { prefix: token.slice(0, dot + 1), body: token.slice(dot + 1) };
}

/**
 * Reads version, key id and day from a prefix; `undefined` unless it is spelled exactly as
 * {@link tokenPrefix} spells it.
 */
export function parsePrefix(prefix: string): { version: string; kid: string; day: number } | undefined {
  const match = PREFIX.exec(prefix);
  return match === null ? undefined : { version: match[1]!, kid: match[2]!, day: Number(match[3]) };
}

/**
 * Whether a text is the one and only spelling of its bytes: the base64url alphabet without padding, a
 * possible length, and no stray bits in the last character.
 *
 * @see RFC 4648 sections 3.5 and 5
 */
export function isCanonicalBase64url(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 1 || FOREIGN.test(text)) return false;
  if (rest === 0) return true;
  const bits = base64urlValue(text.charCodeAt(text.length - 1));
  return (bits & (rest === 2 ? 0b1111 : 0b11)) === 0;
}

function base64urlValue(code: number): number {
  if (code >= 97) return code - 97 + 26;
  if (code === 95) return 63;
  if (code >= 65) return code - 65;
  if (code >= 48) return code - 48 + 52;
  return 62;
}

/** Characters that a body takes for a nonce and a plaintext of so many octets. */
export function bodyLength(nonceBytes: number, plaintextBytes: number): number {
  return Math.ceil(((nonceBytes + plaintextBytes + TAG_BYTES) * 4) / 3);
}

/** Octets of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/**
 * The associated data of a token: version, kid, day, purpose and session name, each after its length in
 * two octets, so that no two different lists give the same bytes.
 */
export function associatedData(
  version: string,
  kid: string,
  day: number,
  purpose: string,
  name: string,
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts = [version, kid, String(day), purpose, name].map((part) => encoder.encode(part));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 2 + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes[at++] = part.length >>> 8;
    bytes[at++] = part.length & 0xff;
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
