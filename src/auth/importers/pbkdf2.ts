import { isEqual } from "../is-equal.ts";
import { encodePassword } from "../password-text.ts";
import { fromBase64 } from "../phc.ts";
import { notSuchHash, type PasswordImporter } from "./importer.ts";

const FORMAT = /^pbkdf2_sha256\$([1-9]\d{0,7})\$([^$]{1,128})\$([A-Za-z0-9+/]{43})=$/;
/** Several times what Django's newest version asks for, and some seconds of a core. */
const MAX_ITERATIONS = 10_000_000;
const HASH_BITS = 256;

/**
 * Reads Django's default hashes, `pbkdf2_sha256$<iterations>$<salt>$<base64>`: PBKDF2 with HMAC-SHA-256 over
 * the password as it is, salted with the salt as text. NULs at the end of a password count for nothing, as in
 * all PBKDF2. A hash of more than ten million iterations is not read.
 *
 * @see RFC 8018 section 5.2
 */
export function pbkdf2Hashes(): PasswordImporter {
  return {
    matches: (stored) => parse(stored) !== undefined,
    async verify(stored, password) {
      const parsed = parse(stored);
      if (parsed === undefined) throw notSuchHash();
      const { iterations, salt, hash } = parsed;
      const { subtle } = globalThis.crypto;
      const key = await subtle.importKey("raw", octets(password), "PBKDF2", false, ["deriveBits"]);
      const work = { name: "PBKDF2", hash: "SHA-256", iterations, salt: octets(salt) };
      return isEqual(new Uint8Array(await subtle.deriveBits(work, key, HASH_BITS)), hash);
    },
  };
}

function parse(stored: string): { iterations: number; salt: string; hash: Uint8Array } | undefined {
  const match = FORMAT.exec(stored);
  if (match === null || Number(match[1]) > MAX_ITERATIONS) return undefined;
  return { iterations: Number(match[1]), salt: match[2]!, hash: fromBase64(match[3]!) };
}

/** For WebCrypto, whose types want octets that are not shared between threads. */
function octets(text: string): Uint8Array<ArrayBuffer> {
  return encodePassword(text) as Uint8Array<ArrayBuffer>;
}
