import type { CryptoProvider } from "../core/crypto.ts";
import { isCanonicalBase64url, NONCE_BYTES, SEALED_VERSION, TAG_BYTES } from "../core/token.ts";

const CIPHER = "AES-GCM";
const CHUNK = 0x8000;

/** The part of WebCrypto that is needed, as every runtime's `globalThis.crypto` has it. */
export type WebCryptoLike = Pick<Crypto, "subtle" | "getRandomValues">;

/** WebCrypto: the same bytes as node:crypto, each through a promise. */
export function webCrypto(crypto: WebCryptoLike): CryptoProvider<CryptoKey> {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parameters = (
    iv: Uint8Array<ArrayBuffer>,
    additionalData: Uint8Array<ArrayBuffer>,
  ): AesGcmParams => ({
    name: CIPHER,
    iv,
    additionalData,
    tagLength: TAG_BYTES * 8,
  });

  return {
    synchronous: false,
    version: SEALED_VERSION,
    nonceBytes: NONCE_BYTES,

    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),

    async hkdf(secret, salt, info, length) {
      const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
      return new Uint8Array(
        await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8),
      );
    },

    importKey: (octets) => crypto.subtle.importKey("raw", octets, CIPHER, false, ["encrypt", "decrypt"]),

    async seal(key, nonce, associated, text) {
      const sealed = await crypto.subtle.encrypt(parameters(nonce, associated), key, encoder.encode(text));
      const out = new Uint8Array(NONCE_BYTES + sealed.byteLength);
      out.set(nonce, 0);
      out.set(new Uint8Array(sealed), NONCE_BYTES);
      return toBase64url(out);
    },

    async open(key, associated, body) {
      if (!isCanonicalBase64url(body)) return undefined;
      const bytes = fromBase64url(body);
      const nonce = bytes.subarray(0, NONCE_BYTES);
      try {
        return decoder.decode(
          await crypto.subtle.decrypt(parameters(nonce, associated), key, bytes.subarray(NONCE_BYTES)),
        );
      } catch {
        return undefined;
      }
    },

    async sha256(text) {
      return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));
    },

    base64url: toBase64url,
  };
}

function toBase64url(octets: Uint8Array<ArrayBuffer>): string {
  let binary = "";
  for (let i = 0; i < octets.length; i += CHUNK)
    binary += String.fromCharCode(...octets.subarray(i, i + CHUNK));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const octets = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) octets[i] = binary.charCodeAt(i);
  return octets;
}
