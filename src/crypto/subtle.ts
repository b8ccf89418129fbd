import type { CryptoProvider } from "../core/crypto.ts";
import { isCanonicalBase64url, NONCE_BYTES, TAG_BYTES } from "../core/token.ts";
import { toBase64url } from "./base64url.ts";

const CIPHER = "AES-GCM";

/** What WebCrypto does with a promise. */
export type SubtleProvider = Pick<
  CryptoProvider<CryptoKey>,
  "hkdf" | "importKey" | "seal" | "open" | "sha256"
>;

/** The same bytes as node:crypto. */
export function subtleProvider(subtle: SubtleCrypto): SubtleProvider {
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
    async hkdf(secret, salt, info, length) {
      const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
      return new Uint8Array(
        await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8),
      );
    },

    importKey: (octets) => subtle.importKey("raw", octets, CIPHER, false, ["encrypt", "decrypt"]),

    async seal(key, nonce, associated, text) {
      const sealed = await subtle.encrypt(parameters(nonce, associated), key, encoder.encode(text));
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
          await subtle.decrypt(parameters(nonce, associated), key, bytes.subarray(NONCE_BYTES)),
        );
      } catch {
        return undefined;
      }
    },

    async sha256(text) {
      return toBase64url(new Uint8Array(await subtle.digest("SHA-256", encoder.encode(text))));
    },
  };
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const octets = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) octets[i] = binary.charCodeAt(i);
  return octets;
}
