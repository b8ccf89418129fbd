import { createKeyring } from "../../core/keyring.ts";
import type { SessionRecord } from "../../core/record.ts";
import type { SessionCipher } from "../../core/seal.ts";
import {
  bodyLength,
  DAY_MS,
  isCanonicalBase64url,
  NONCE_BYTES,
  parsePrefix,
  SEALED_VERSION,
  SODIUM_NONCE_BYTES,
  SODIUM_VERSION,
  splitToken,
} from "../../core/token.ts";
import { runtimeCrypto } from "../../crypto/runtime.ts";
import { createSealedKeeper } from "../../sealed.ts";
import type { NamedPassword } from "../passwords.ts";
import { iso } from "../text.ts";
import type { Inspection, Verdict } from "./inspection.ts";
import { judge, type ExpectedShape } from "./judge.ts";
import { loadSodium } from "./load-sodium.ts";

/** Longest life that `createSessions` allows, in milliseconds. */
const LONGEST_LIFE_MS = 400 * DAY_MS;
/** Octets of the nonce, by version. */
const NONCES: Readonly<Record<string, number>> = {
  [SEALED_VERSION]: NONCE_BYTES,
  [SODIUM_VERSION]: SODIUM_NONCE_BYTES,
};

/** What an application is taken to be like. */
export interface SealedOptions {
  readonly name: string;
  readonly passwords: readonly NamedPassword[];
  /** Seconds; `undefined` for what the token says of itself. */
  readonly absoluteTimeout: number | undefined;
  readonly shape: ExpectedShape;
  readonly now: number;
}

/** Whether a value has the form of a sealed token. */
export function isSealed(token: string): boolean {
  return partsOf(token) !== undefined;
}

function partsOf(token: string): { version: string; kid: string; day: number } | undefined {
  const split = splitToken(token);
  const parts = split && parsePrefix(split.prefix);
  const nonceBytes = parts && NONCES[parts.version];
  if (nonceBytes === undefined || split!.body.length < bodyLength(nonceBytes, 0)) return undefined;
  return isCanonicalBase64url(split!.body) ? parts : undefined;
}

/** Opens a sealed token as far as the passwords reach. */
export async function inspectSealed(token: string, options: SealedOptions): Promise<Inspection> {
  const { passwords, now } = options;
  const parts = partsOf(token)!;
  const { version, kid, day } = parts;
  const crypto = runtimeCrypto();
  const kids = await Promise.all(
    passwords.map(async ({ variable, password }) => ({
      variable,
      // Key ids depend on the version, and take no cipher.
      kid: await createKeyring([password], crypto, { ...crypto, version }).sealingKid(),
    })),
  );
  const sealedWith = kids.find((one) => one.kid === kid)?.variable;
  const cipher = version === SODIUM_VERSION ? loadSodium(process.cwd()) : undefined;
  if (version === SODIUM_VERSION && cipher === undefined)
    return { kind: "sealed", parts, sealedWith, verdict: NO_SODIUM, notes: [] };
  // On its own day, so that what is inside can be shown when it is too old or too new.
  const inside =
    passwords.length === 0 ? undefined : await open(token, cipher, options, LONGEST_LIFE_MS, day * DAY_MS);
  const record = inside !== undefined && "record" in inside ? inside.record : undefined;
  const verdict = await verdictOf(token, cipher, record, options);
  const notes: string[] = [];
  if (!verdict.accepted && verdict.accepted !== undefined && verdict.reason === "unknown-key")
    for (const one of kids) notes.push(`The password in ${one.variable} has the key id ${one.kid}.`);
  if (day * DAY_MS > now) notes.push(`Its day begins only at ${iso(day * DAY_MS)}.`);
  if (sealedWith !== undefined && passwords[0]?.variable !== sealedWith)
    notes.push("The next write seals it anew, under the first password.");
  if (cipher !== undefined) notes.push("Sessions without the option cipher refuse it (malformed).");
  return { kind: "sealed", parts, sealedWith, record, verdict, notes };
}

const NO_SODIUM: Verdict = {
  accepted: undefined,
  why: "It is sealed with libsodium: to see what is inside, call this from a folder whose packages include sodium-native.",
};

async function verdictOf(
  token: string,
  cipher: SessionCipher | undefined,
  record: SessionRecord | undefined,
  options: SealedOptions,
): Promise<Verdict> {
  const { passwords, absoluteTimeout, shape, now } = options;
  const own = record && record.absoluteExpiresAt - record.createdAt;
  const life = absoluteTimeout === undefined ? (own ?? LONGEST_LIFE_MS) : absoluteTimeout * 1000;
  const opened = await open(token, cipher, options, life, now);
  if ("record" in opened) return judge(opened.record, shape, now);
  if (passwords.length > 0 || opened.rejected !== "unknown-key")
    return { accepted: false, reason: opened.rejected };
  return { accepted: undefined, why: "Without its password nobody can tell: set SESSION_SECRET." };
}

/** Asks the keeper of an application with these options. Without a password, one that nobody has is as good as any. */
function open(
  token: string,
  cipher: SessionCipher | undefined,
  { name, passwords: named }: SealedOptions,
  maxAge: number,
  now: number,
) {
  const crypto = runtimeCrypto();
  const passwords = named.map(({ password }) => password);
  if (passwords.length === 0) passwords.push(crypto.base64url(crypto.randomBytes(32)));
  return createSealedKeeper({ passwords, crypto, cipher, name, cookieName: name, maxAge }).open(token, now);
}
