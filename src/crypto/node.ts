import type { KeyObject } from "node:crypto";
import type { CryptoProvider } from "../core/crypto.ts";
import { NONCE_BYTES, SEALED_VERSION, TAG_BYTES } from "../core/token.ts";
import { untraced } from "./untraced.ts";

const CIPHER = "aes-256-gcm";
const TAG_LENGTH = { authTagLength: TAG_BYTES } as const;
const RANDOM_POOL_BYTES = 4096;
/** Every token of a cookie fits. */
const SCRATCH_BYTES = 4096;

/**
 * node:crypto: everything at once, no promise.
 *
 * @param crypto - The builtin module, handed in so that no bundler has to resolve it for a browser.
 */
export function nodeCrypto(crypto: typeof import("node:crypto")): CryptoProvider<KeyObject> {
  // One system call fills many nonces; a byte is handed out once.
  const pool = new Uint8Array(RANDOM_POOL_BYTES);
  let used = RANDOM_POOL_BYTES;
  // Nothing here waits, so one buffer serves all calls; it only ever holds what a cookie shows anyway.
  const scratch = Buffer.alloc(SCRATCH_BYTES);
  const scratchNonce = scratch.subarray(0, NONCE_BYTES);
  const tag = new Uint8Array(TAG_BYTES);
  const scratchFor = (length: number) => (length <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafe(length));

  return {
    synchronous: true,
    version: SEALED_VERSION,
    nonceBytes: NONCE_BYTES,

    randomBytes(length) {
      if (length > RANDOM_POOL_BYTES) return new Uint8Array(crypto.randomBytes(length));
      if (used + length > RANDOM_POOL_BYTES) {
        crypto.randomFillSync(pool);
        used = 0;
      }
      const bytes = pool.slice(used, used + length);
      pool.fill(0, used, (used += length));
      return bytes;
    },

    hkdf: (secret, salt, info, length) =>
      new Uint8Array(crypto.hkdfSync("sha256", secret, salt, info, length)),

    // A raw buffer as key costs ten times the cipher; a KeyObject is prepared once.
    importKey: (octets) => crypto.createSecretKey(octets),

    seal(key, nonce, associated, text) {
      const cipher = crypto.createCipheriv(CIPHER, key, nonce, TAG_LENGTH);
      cipher.setAAD(associated);
      const body = cipher.update(text, "utf8");
      cipher.final();
      const end = NONCE_BYTES + body.length;
      const out = scratchFor(end + TAG_BYTES);
      out.set(nonce, 0);
      out.set(body, NONCE_BYTES);
      out.set(cipher.getAuthTag(), end);
      return out.toString("base64url", 0, end + TAG_BYTES);
    },

    open(key, associated, body) {
      const bytes = scratchFor(body.length);
      const octets = bytes.write(body, "base64url");
      // The decoder overlooks what is no base64url. Spelling it again costs a third of looking at every character.
      if (bytes.toString("base64url", 0, octets) !== body) return undefined;
      const end = octets - TAG_BYTES;
      const nonce = bytes === scratch ? scratchNonce : bytes.subarray(0, NONCE_BYTES);
      const decipher = crypto.createDecipheriv(CIPHER, key, nonce, TAG_LENGTH);
      decipher.setAAD(associated);
      // Copied: to make a view takes longer.
      for (let i = 0; i < TAG_BYTES; i++) tag[i] = bytes[end + i]!;
      decipher.setAuthTag(tag);
      const text = decipher.update(bytes.subarray(NONCE_BYTES, end));
      try {
        untraced(() => decipher.final());
      } catch {
        return undefined;
      }
      return text.toString();
    },

    // At once: a Hash object and its three calls take twice as long.
    sha256: (text) => crypto.hash("sha256", text, "base64url"),

    base64url(octets) {
      const bytes = scratchFor(octets.length);
      bytes.set(octets, 0);
      return bytes.toString("base64url", 0, octets.length);
    },
  };
}
