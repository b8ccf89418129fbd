import type { MaybePromise } from "./maybe-promise.ts";

/**
 * The primitives that a runtime lends to Coatcheck. node:crypto answers at once, WebCrypto with a
 * promise; both give the same bytes for the same input. No cipher is written here.
 */
export interface CryptoProvider<Key = unknown> {
  /** `true` when no method ever returns a promise. */
  readonly synchronous: boolean;
  /** Fresh bytes of a cryptographically secure generator. */
  randomBytes(length: number): Uint8Array<ArrayBuffer>;
  /** HKDF-SHA-256 (RFC 5869), extract and expand. */
  hkdf(
    secret: Uint8Array<ArrayBuffer>,
    salt: Uint8Array<ArrayBuffer>,
    info: Uint8Array<ArrayBuffer>,
    length: number,
  ): MaybePromise<Uint8Array<ArrayBuffer>>;
  /** Makes 32 octets usable as an AES-256-GCM key. */
  importKey(octets: Uint8Array<ArrayBuffer>): MaybePromise<Key>;
  /** AES-256-GCM (NIST SP 800-38D) over UTF-8 text, as base64url of nonce ‖ ciphertext ‖ 128-bit tag. */
  seal(
    key: Key,
    nonce: Uint8Array<ArrayBuffer>,
    associated: Uint8Array<ArrayBuffer>,
    text: string,
  ): MaybePromise<string>;
  /**
   * The text again, or `undefined` when the tag does not match, or when the body is not the one canonical spelling of its octets
   * (RFC 4648 section 3.5): that is seen before any cipher runs.
   */
  open(key: Key, associated: Uint8Array<ArrayBuffer>, body: string): MaybePromise<string | undefined>;
  /** SHA-256 of a text's UTF-8, in base64url. */
  sha256(text: string): MaybePromise<string>;
  /** Octets in base64url without padding. */
  base64url(octets: Uint8Array<ArrayBuffer>): string;
}
