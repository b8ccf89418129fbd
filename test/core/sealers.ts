import { createKeyring } from "../../src/core/keyring.ts";
import type { Cipher, CryptoProvider } from "../../src/core/crypto.ts";
import { createSealer, type Sealer, type Unsealed } from "../../src/core/seal.ts";
import { DAY_MS } from "../../src/core/token.ts";
import { providers } from "../crypto/providers.ts";

export const PASSWORDS = [
  "first password, of more than 32 characters",
  "second password, of more than 32 characters",
  "third password, of more than 32 characters",
] as const;

/** Noon of a day in the middle of nowhere special. */
export const NOON: number = Date.UTC(2026, 5, 15, 12);
export const TODAY: number = Math.floor(NOON / DAY_MS);

export interface SealerSetup {
  readonly passwords?: readonly string[];
  readonly name?: string;
  readonly purpose?: string;
  readonly maxAge?: number;
  readonly crypto?: CryptoProvider;
  /** @default crypto */
  readonly cipher?: Cipher;
}

/** A sealer of one day's sessions on node:crypto, unless something else is wanted. */
export function sealerOf(setup: SealerSetup = {}): Sealer {
  const { crypto = providers[0]!.provider, name = "session", purpose = "session", maxAge = DAY_MS } = setup;
  const keyring = createKeyring(setup.passwords ?? [PASSWORDS[0]], crypto, setup.cipher);
  return createSealer({ keyring, crypto, purpose, name, maxAge });
}

/** The text inside, or why there is none. */
export async function opened(sealer: Sealer, token: string, now: number = NOON): Promise<string> {
  const unsealed = await sealer.open(token, now);
  return "text" in unsealed ? `text: ${unsealed.text}` : unsealed.failure;
}

/** What the node sealer answers at once. */
export function openNow(sealer: Sealer, token: string, now: number = NOON): Unsealed {
  const unsealed = sealer.open(token, now);
  if (unsealed instanceof Promise) throw new TypeError("This sealer needs a promise.");
  return unsealed;
}

/** What the node sealer gives at once. */
export function sealNow(sealer: Sealer, text: string, now: number = NOON): string {
  const token = sealer.seal(text, now);
  if (typeof token !== "string") throw new TypeError("This sealer needs a promise.");
  return token;
}
