import type { Cipher, CryptoProvider } from "./crypto.ts";
import { SessionError } from "./errors.ts";
import { chain, isPromise, type MaybePromise } from "./maybe-promise.ts";

/** Fewest characters of a sealing password. */
export const PASSWORD_MIN_LENGTH = 32;

const KID_BYTES = 6;
const KEY_BYTES = 32;
/** Keys kept at once. Days outside a session's lifetime never get here, so this is never near. */
const MAX_KEPT = 8192;

/**
 * The keys of a list of passwords: the first seals, all open. Every password gives a key of its own for every
 * UTC day, so that the limit of 2³² random nonces a key of AES-GCM is never approached, and a short public id
 * that tells which password a token was sealed under. No key is found by trying, and none is ever used with
 * two ciphers: the version that stands for the cipher is part of the salt.
 *
 * @see RFC 5869 (HKDF), NIST SP 800-38D section 8.3
 */
export interface Keyring {
  /** What the keys are for. */
  readonly cipher: Cipher;
  /** Key id of the sealing password. */
  sealingKid(): MaybePromise<string>;
  /** The key of a day; `undefined` when no password has this id. */
  keyFor(kid: string, day: number): MaybePromise<unknown>;
}

/**
 * Builds a keyring of one cipher. Derivation waits until a key is needed, and happens once for each password and day.
 *
 * @param passwords - At least one, each of 32 characters or more.
 * @throws SessionError `ERR_SESSION_PASSWORD`
 */
export function createKeyring(
  passwords: readonly string[],
  crypto: CryptoProvider,
  cipher: Cipher = crypto,
): Keyring {
  if (passwords.length === 0) throw new SessionError("ERR_SESSION_PASSWORD", MISSING);
  for (const password of passwords) {
    if (typeof password !== "string" || password.length < PASSWORD_MIN_LENGTH)
      throw new SessionError("ERR_SESSION_PASSWORD", TOO_SHORT);
  }

  const encoder = new TextEncoder();
  const salt = encoder.encode(`coatcheck/${cipher.version}`);
  const kept = new Map<string, MaybePromise<unknown>>();

  /** Derives something once for all who ask, also at the same time. What failed is derived again for the next. */
  function once<T>(id: string, derive: () => MaybePromise<T>): MaybePromise<T> {
    let value = kept.get(id) as MaybePromise<T> | undefined;
    if (value === undefined) {
      value = derive();
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(id, value);
      if (isPromise(value)) value.catch(() => kept.delete(id));
    }
    return value;
  }

  /** Key id → password, in the order of the list. */
  const secretsByKid = () =>
    once("kid", () => {
      const encoded = passwords.map((password) => encoder.encode(password));
      const derived = encoded.map((secret) => crypto.hkdf(secret, salt, encoder.encode("kid"), KID_BYTES));
      const ids = derived.some(isPromise) ? Promise.all(derived) : (derived as Uint8Array<ArrayBuffer>[]);
      return chain(ids, (all) => new Map(all.map((id, i) => [crypto.base64url(id), encoded[i]!])));
    });

  return {
    cipher,
    sealingKid: () => chain(secretsByKid(), (byKid) => byKid.keys().next().value!),
    keyFor(kid, day) {
      const id = `${kid}.${day}`;
      const derive = (secret: Uint8Array<ArrayBuffer>) =>
        chain(crypto.hkdf(secret, salt, encoder.encode(`key ${day}`), KEY_BYTES), (octets) =>
          cipher.importKey(octets),
        );
      return (
        kept.get(id) ??
        chain(secretsByKid(), (byKid) => {
          const secret = byKid.get(kid);
          return secret && once(id, () => derive(secret));
        })
      );
    },
  };
}

const MISSING =
  "A sealed session needs a password, and none was given. Set one of at least 32 random characters, for example in SESSION_SECRET.";
const TOO_SHORT =
  "Every session password must be a string of at least 32 characters. Make one with: npx coatcheck keygen";
