import type { CryptoProvider } from "../core/crypto.ts";
import { loadOnce } from "../core/maybe-promise.ts";
import { NONCE_BYTES, SEALED_VERSION } from "../core/token.ts";
import { toBase64url } from "./base64url.ts";

/** The part of WebCrypto that is needed, as every runtime's `globalThis.crypto` has it. */
export type WebCryptoLike = Pick<Crypto, "subtle" | "getRandomValues">;

/**
 * WebCrypto: the same bytes as node:crypto, each through a promise; so what it takes is loaded by those who
 * have no other.
 */
export function webCrypto(crypto: WebCryptoLike): CryptoProvider<CryptoKey> {
  const loaded = loadOnce(async () => (await import("./subtle.ts")).subtleProvider(crypto.subtle));
  return {
    synchronous: false,
    version: SEALED_VERSION,
    nonceBytes: NONCE_BYTES,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    base64url: toBase64url,
    hkdf: async (...of) => (await loaded()).hkdf(...of),
    importKey: async (...of) => (await loaded()).importKey(...of),
    seal: async (...of) => (await loaded()).seal(...of),
    open: async (...of) => (await loaded()).open(...of),
    sha256: async (...of) => (await loaded()).sha256(...of),
  };
}
