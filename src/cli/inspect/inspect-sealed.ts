import type { SessionRecord } from "../../core/record.ts";
import { DAY_MS, isCanonicalBase64url, parsePrefix, SEALED_VERSION, splitToken } from "../../core/token.ts";
import { runtimeCrypto } from "../../crypto/runtime.ts";
import { keyringOf } from "../../keyrings.ts";
import { createSealedKeeper } from "../../sealed.ts";
import type { NamedPassword } from "../passwords.ts";
import { iso } from "../text.ts";
import type { Inspection, Verdict } from "./inspection.ts";
import { judge, type ExpectedShape } from "./judge.ts";

/** Longest life that `createSessions` allows, in milliseconds. */
const LONGEST_LIFE_MS = 400 * DAY_MS;

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

function partsOf(token: string): { kid: string; day: number } | undefined {
  const split = splitToken(token);
  return split && isCanonicalBase64url(split.body) ? parsePrefix(split.prefix) : undefined;
}

/** Opens a sealed token as far as the passwords reach. */
export async function inspectSealed(token: string, options: SealedOptions): Promise<Inspection> {
  const { passwords, now } = options;
  const { kid, day } = partsOf(token)!;
  const parts = { version: SEALED_VERSION, kid, day };
  const kids = await Promise.all(
    passwords.map(async ({ variable, password }) => ({
      variable,
      kid: await keyringOf([password], runtimeCrypto()).sealingKid(),
    })),
  );
  const sealedWith = kids.find((one) => one.kid === kid)?.variable;
  // On its own day, so that what is inside can be shown when it is too old or too new.
  const inside =
    passwords.length === 0 ? undefined : await open(token, options, LONGEST_LIFE_MS, day * DAY_MS);
  const record = inside !== undefined && "record" in inside ? inside.record : undefined;
  const verdict = await verdictOf(token, record, options);
  const notes: string[] = [];
  if (!verdict.accepted && verdict.accepted !== undefined && verdict.reason === "unknown-key")
    for (const one of kids) notes.push(`The password in ${one.variable} has the key id ${one.kid}.`);
  if (day * DAY_MS > now) notes.push(`Its day begins only at ${iso(day * DAY_MS)}.`);
  if (sealedWith !== undefined && passwords[0]?.variable !== sealedWith)
    notes.push("The next write seals it anew, under the first password.");
  return { kind: "sealed", parts, sealedWith, record, verdict, notes };
}

async function verdictOf(
  token: string,
  record: SessionRecord | undefined,
  options: SealedOptions,
): Promise<Verdict> {
  const { passwords, absoluteTimeout, shape, now } = options;
  const own = record && record.absoluteExpiresAt - record.createdAt;
  const life = absoluteTimeout === undefined ? (own ?? LONGEST_LIFE_MS) : absoluteTimeout * 1000;
  const opened = await open(token, options, life, now);
  if ("record" in opened) return judge(opened.record, shape, now);
  if (passwords.length > 0 || opened.rejected !== "unknown-key")
    return { accepted: false, reason: opened.rejected };
  return { accepted: undefined, why: "Without its password nobody can tell: set SESSION_SECRET." };
}

/** Asks the keeper of an application with these options. Without a password, one that nobody has is as good as any. */
function open(token: string, { name, passwords }: SealedOptions, maxAge: number, now: number) {
  const crypto = runtimeCrypto();
  const list = passwords.map(({ password }) => password);
  const keyring = keyringOf(list.length === 0 ? [crypto.base64url(crypto.randomBytes(32))] : list, crypto);
  return createSealedKeeper({ keyring, crypto, name, cookieName: name, maxAge }).open(token, now);
}
