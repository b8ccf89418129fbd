import type { MaybePromise } from "./maybe-promise.ts";

/**
 * An authenticated cipher, and the version of sealed tokens that stands for it: whoever opens a token knows from
 * the version which cipher it is, and tries no other. Every one has keys of 32 octets and a tag of 128 bits.
 */
export interface Cipher<Key = unknown> {
  /**
   * A letter and a digit: what its tokens begin with. Its keys are derived under this name, so no key is ever
   * another cipher's.
   */
  readonly version: string;
  /** Octets of the nonce, which is random. */
  readonly nonceBytes: number;
  /** Makes 32 octets usable as a key. */
  importKey(octets: Uint8Array<ArrayBuffer>): MaybePromise<Key>;
  /** Encrypts UTF-8 text; gives base64url of nonce ‖ ciphertext ‖ tag. */
  seal(
    key: Key,
    nonce: Uint8Array<ArrayBuffer>,
    associated: Uint8Array<ArrayBuffer>,
    text: string,
  ): MaybePromise<string>;
  /**
   * The text again, or `undefined` when the tag does not match, or when the body is not the one canonical
   * spelling of its octets (RFC 4648 section 3.5): that is seen before any cipher runs.
   *
   * @param body - As many characters as nonce and tag take, or more.
   */
  open(key: Key, associated: Uint8Array<ArrayBuffer>, body: string): MaybePromise<string | undefined>;
}

/**
 * The primitives that a runtime lends to Coatcheck; its cipher is AES-256-GCM (NIST SP 800-38D). node:crypto
 * answers at once, WebCrypto with a promise; both give the same bytes for the same input. No cipher is
 * written here.
 */
export interface CryptoProvider<Key = unknown> extends Cipher<Key> {
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
  /** SHA-256 of a text's UTF-8, in base64url. */
  sha256(text: string): MaybePromise<string>;
  /** Octets in base64url without padding. */
  base64url(octets: Uint8Array<ArrayBuffer>): string;
}
