import { COOKIE_LIMIT } from "./cookie.ts";
import type { Cipher, CryptoProvider } from "./crypto.ts";
import type { Keyring } from "./keyring.ts";
import { chain, type MaybePromise } from "./maybe-promise.ts";
import {
  associatedData,
  bodyLength,
  DAY_MS,
  isCanonicalBase64url,
  parsePrefix,
  splitToken,
  tokenPrefix,
} from "./token.ts";

/** Why a token did not open. The visitor sees no difference; events and logs do. */
export type UnsealFailure = "malformed" | "unknown-key" | "out-of-lifetime" | "forged";

/** What opening gives: the plaintext, or why there is none. */
export type Unsealed = { readonly text: string } | { readonly failure: UnsealFailure };

/** Seals text into tokens of one version for one purpose and one session name, and opens only those. */
export interface Sealer {
  /** Whose first password seals. */
  readonly keyring: Keyring;
  /** @returns a token under today's key of the first password. */
  seal(text: string, now: number): MaybePromise<string>;
  /** Opens a token; anything that is not exactly one of ours is a value that says why. */
  open(token: string, now: number): MaybePromise<Unsealed>;
  /** The prefix that a token sealed now would have, to know its length beforehand. */
  prefix(now: number): MaybePromise<string>;
}

/**
 * What seals sessions in place of the runtime's cipher, and opens what either has sealed; made by
 * `coatcheck/sodium`.
 */
export interface SessionCipher {
  /**
   * The sealer of some sessions.
   *
   * @param make - Makes the sealer of one cipher.
   * @param runtime - AES-256-GCM of this runtime.
   */
  sealer(make: (cipher: Cipher) => Sealer, runtime: Cipher): Sealer;
}

/** A key with the associated data that goes with it. */
interface Slot {
  readonly day: number;
  readonly key: unknown;
  readonly associated: Uint8Array<ArrayBuffer>;
}

const MAX_SLOTS = 8192;
/** Clocks of two nodes may disagree around midnight. */
const FUTURE_DAYS = 1;

/**
 * Builds the sealer of one keyring, with its cipher, for one purpose and name.
 *
 * @param options.maxAge - Longest life of a token in milliseconds: days before it are refused before any key
 *   is derived.
 */
export function createSealer(options: {
  readonly keyring: Keyring;
  readonly crypto: CryptoProvider;
  readonly purpose: string;
  readonly name: string;
  readonly maxAge: number;
}): Sealer {
  const { keyring, crypto, purpose, name } = options;
  const { cipher } = keyring;
  const { version, nonceBytes } = cipher;
  const shortestBody = bodyLength(nonceBytes, 0);
  const oldestDays = Math.ceil(options.maxAge / DAY_MS) + 1;
  const slots = new Map<string, Slot>();
  const failed = (failure: UnsealFailure): Unsealed => ({ failure });

  function inLifetime(day: number, now: number): boolean {
    const today = Math.floor(now / DAY_MS);
    return day <= today + FUTURE_DAYS && day >= today - oldestDays;
  }

  function slot(prefix: string, kid: string, day: number): MaybePromise<Slot | undefined> {
    return chain(keyring.keyFor(kid, day), (key) => {
      if (key === undefined) return undefined;
      const made: Slot = { day, key, associated: associatedData(version, kid, day, purpose, name) };
      if (slots.size >= MAX_SLOTS) slots.clear();
      slots.set(prefix, made);
      return made;
    });
  }

  function openIn(found: Slot, body: string): MaybePromise<Unsealed> {
    return chain(cipher.open(found.key, found.associated, body), (text) =>
      text === undefined ? failed(isCanonicalBase64url(body) ? "forged" : "malformed") : { text },
    );
  }

  return {
    keyring,

    prefix(now) {
      return chain(keyring.sealingKid(), (kid) => tokenPrefix(version, kid, Math.floor(now / DAY_MS)));
    },

    seal(text, now) {
      const day = Math.floor(now / DAY_MS);
      return chain(keyring.sealingKid(), (kid) => {
        const prefix = tokenPrefix(version, kid, day);
        return chain(slots.get(prefix) ?? slot(prefix, kid, day), (found) =>
          chain(
            cipher.seal(found!.key, crypto.randomBytes(nonceBytes), found!.associated, text),
            (body) => prefix + body,
          ),
        );
      });
    },

    open(token, now) {
      if (token.length > COOKIE_LIMIT) return failed("malformed");
      const parts = splitToken(token);
      if (parts === undefined || parts.body.length < shortestBody) return failed("malformed");
      const known = slots.get(parts.prefix);
      if (known !== undefined)
        return inLifetime(known.day, now) ? openIn(known, parts.body) : failed("out-of-lifetime");

      const parsed = parsePrefix(parts.prefix);
      if (parsed?.version !== version || !isCanonicalBase64url(parts.body)) return failed("malformed");
      if (!inLifetime(parsed.day, now)) return failed("out-of-lifetime");
      return chain(slot(parts.prefix, parsed.kid, parsed.day), (found) =>
        found === undefined ? failed("unknown-key") : openIn(found, parts.body),
      );
    },
  };
}
