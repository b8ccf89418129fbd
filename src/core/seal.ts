import { COOKIE_LIMIT } from "./cookie.ts";
import type { CryptoProvider } from "./crypto.ts";
import type { Keyring } from "./keyring.ts";
import { chain, type MaybePromise } from "./maybe-promise.ts";
import {
  associatedData,
  DAY_MS,
  isCanonicalBase64url,
  NONCE_BYTES,
  parsePrefix,
  splitToken,
  tokenPrefix,
} from "./token.ts";

/** Why a token did not open. The visitor sees no difference; events and logs do. */
export type UnsealFailure = "malformed" | "unknown-key" | "out-of-lifetime" | "forged";

/** What opening gives: the plaintext, or why there is none. */
export type Unsealed = { readonly text: string } | { readonly failure: UnsealFailure };

/** Seals text into tokens for one purpose and one session name, and opens only those. */
export interface Sealer {
  /** @returns a token under today's key of the first password. */
  seal(text: string, now: number): MaybePromise<string>;
  /** Opens a token; anything that is not exactly one of ours is a value that says why. */
  open(token: string, now: number): MaybePromise<Unsealed>;
  /** The prefix that a token sealed now would have, to know its length beforehand. */
  prefix(now: number): MaybePromise<string>;
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
 * Builds the sealer of one purpose and name.
 *
 * @param options.maxAge - Longest life of a token in milliseconds: days before it are refused before any key is derived.
 */
export function createSealer(options: {
  readonly keyring: Keyring;
  readonly crypto: CryptoProvider;
  readonly purpose: string;
  readonly name: string;
  readonly maxAge: number;
}): Sealer {
  const { keyring, crypto, purpose, name } = options;
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
      const made: Slot = { day, key, associated: associatedData(kid, day, purpose, name) };
      if (slots.size >= MAX_SLOTS) slots.clear();
      slots.set(prefix, made);
      return made;
    });
  }

  function openIn(found: Slot, body: string): MaybePromise<Unsealed> {
    return chain(crypto.open(found.key, found.associated, body), (text) =>
      text === undefined ? failed(isCanonicalBase64url(body) ? "forged" : "malformed") : { text },
    );
  }

  return {
    prefix(now) {
      return chain(keyring.sealingKid(), (kid) => tokenPrefix(kid, Math.floor(now / DAY_MS)));
    },

    seal(text, now) {
      const day = Math.floor(now / DAY_MS);
      return chain(keyring.sealingKid(), (kid) => {
        const prefix = tokenPrefix(kid, day);
        return chain(slots.get(prefix) ?? slot(prefix, kid, day), (found) =>
          chain(
            crypto.seal(found!.key, crypto.randomBytes(NONCE_BYTES), found!.associated, text),
            (body) => prefix + body,
          ),
        );
      });
    },

    open(token, now) {
      if (token.length > COOKIE_LIMIT) return failed("malformed");
      const parts = splitToken(token);
      if (parts === undefined) return failed("malformed");
      const known = slots.get(parts.prefix);
      if (known !== undefined)
        return inLifetime(known.day, now) ? openIn(known, parts.body) : failed("out-of-lifetime");

      const parsed = parsePrefix(parts.prefix);
      if (parsed === undefined || !isCanonicalBase64url(parts.body)) return failed("malformed");
      if (!inLifetime(parsed.day, now)) return failed("out-of-lifetime");
      return chain(slot(parts.prefix, parsed.kid, parsed.day), (found) =>
        found === undefined ? failed("unknown-key") : openIn(found, parts.body),
      );
    },
  };
}
