import { COOKIE_LIMIT } from "../core/cookie.ts";
import type { Cipher } from "../core/crypto.ts";
import { SODIUM_NONCE_BYTES, SODIUM_VERSION, TAG_BYTES } from "../core/token.ts";
import { untraced } from "./untraced.ts";

/**
 * What is used of the package `sodium-native`: buffers to write to are given, and have exactly the length of
 * what is written.
 */
export interface Sodium {
  crypto_aead_xchacha20poly1305_ietf_encrypt(
    ciphertext: Uint8Array,
    message: Uint8Array,
    associated: Uint8Array | null,
    secretNonce: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): unknown;
  /** Returns the octets of the message, and throws when the tag does not match. */
  crypto_aead_xchacha20poly1305_ietf_decrypt(
    message: Uint8Array,
    secretNonce: null,
    ciphertext: Uint8Array,
    associated: Uint8Array | null,
    nonce: Uint8Array,
    key: Uint8Array,
  ): unknown;
}

const OVERHEAD = SODIUM_NONCE_BYTES + TAG_BYTES;
/** A text that fits into a cookie has fewer characters than a cookie, each of three octets at most. */
const SCRATCH_BYTES = 3 * COOKIE_LIMIT;

/**
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) by libsodium: everything at once, no promise. Its nonces
 * have 192 random bits, so that how many messages a key seals is no concern.
 */
export function sodiumAead(sodium: Sodium): Cipher<Uint8Array> {
  // Nothing here waits, so these serve all calls. What was opened last stays in one of them, as it does in
  // the strings made of it.
  const sealed = Buffer.alloc(SCRATCH_BYTES + OVERHEAD);
  const sealedNonce = sealed.subarray(0, SODIUM_NONCE_BYTES);
  const plain = Buffer.alloc(SCRATCH_BYTES);
  const enough = (scratch: Buffer, length: number) =>
    length <= scratch.length ? scratch : Buffer.allocUnsafe(length);

  return {
    version: SODIUM_VERSION,
    nonceBytes: SODIUM_NONCE_BYTES,

    importKey: (octets) => octets,

    seal(key, nonce, associated, text) {
      const most = text.length * 3;
      const message = enough(plain, most);
      const length = message.write(text, "utf8");
      const out = enough(sealed, most + OVERHEAD);
      out.set(nonce, 0);
      sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        out.subarray(SODIUM_NONCE_BYTES, length + OVERHEAD),
        message.subarray(0, length),
        associated,
        null,
        out === sealed ? sealedNonce : nonce,
        key,
      );
      return out.toString("base64url", 0, length + OVERHEAD);
    },

    open(key, associated, body) {
      const bytes = enough(sealed, body.length);
      const octets = bytes.write(body, "base64url");
      // The decoder overlooks what is no base64url.
      if (bytes.toString("base64url", 0, octets) !== body) return undefined;
      const length = octets - OVERHEAD;
      const message = enough(plain, length);
      try {
        const written = untraced(() =>
          sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            message.subarray(0, length),
            null,
            bytes.subarray(SODIUM_NONCE_BYTES, octets),
            associated,
            bytes === sealed ? sealedNonce : bytes.subarray(0, SODIUM_NONCE_BYTES),
            key,
          ),
        );
        // It refuses by an exception. Another answer than the right length, whatever it means, must not pass
        // for a yes either.
        if (written !== length) return undefined;
      } catch {
        return undefined;
      }
      return message.toString("utf8", 0, length);
    },
  };
}
