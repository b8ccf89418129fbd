import { SessionError } from "../core/errors.ts";
import { formatPhc, parsePhc, type Argon2Parameters } from "./phc.ts";

/** How expensive a password hash is. */
export interface PasswordOptions {
  /** KiB of memory. @default 19456 (19 MiB) */
  readonly memory?: number | undefined;
  /** Passes over the memory. @default 2 */
  readonly passes?: number | undefined;
  /** Lanes. @default 1 */
  readonly parallelism?: number | undefined;
}

/** OWASP Password Storage Cheat Sheet: the first of its equivalent argon2id settings for servers. */
const DEFAULTS: Argon2Parameters = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** No password of a person is longer; a form's field could be megabytes. */
const MAX_PASSWORD_LENGTH = 4096;

type Argon2 = (
  password: string,
  salt: Uint8Array,
  length: number,
  parameters: Argon2Parameters,
) => Promise<Uint8Array>;

let implementation: Promise<Argon2> | undefined;

/**
 * Hashes a password with argon2id. Runs outside of the event loop, by `@node-rs/argon2` where it is installed and
 * otherwise by node:crypto (from Node 24.7).
 *
 * @param password - As the user typed it, up to 4096 UTF-16 units: not trimmed, not normalised, not truncated.
 * @returns a PHC string, `$argon2id$v=19$m=…,t=…,p=…$<salt>$<hash>`, which holds all that verifying needs.
 * @throws SessionError `ERR_SESSION_HASHER` when there is no implementation, or the password is too long.
 * @see RFC 9106; OWASP ASVS 5.0 11.4.2
 */
export async function hashPassword(password: string, options: PasswordOptions = {}): Promise<string> {
  if (password.length > MAX_PASSWORD_LENGTH)
    throw new SessionError("ERR_SESSION_HASHER", `A password may be ${MAX_PASSWORD_LENGTH} characters long.`);
  const parameters = withDefaults(options);
  const salt = globalThis.crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const argon2 = await loadArgon2();
  return formatPhc({ ...parameters, salt, hash: await argon2(password, salt, HASH_BYTES, parameters) });
}

/**
 * Whether a password is the one of a hash. Without a hash it takes just as long and says no, so that nobody
 * learns from the time which users exist:
 *
 * ```ts
 * if (!(await verifyPassword(user?.passwordHash, password))) return new Error("Invalid login");
 * ```
 *
 * @param phc - An argon2id PHC string; `null` or `undefined` for a user that does not exist.
 * @param options - What hashes cost in this application, if not the default: what an unknown user costs.
 * @throws SessionError `ERR_SESSION_HASHER` when there is no implementation, or the string is not such a hash.
 */
export async function verifyPassword(
  phc: string | null | undefined,
  password: string,
  options: PasswordOptions = {},
): Promise<boolean> {
  const argon2 = await loadArgon2();
  const known = phc === null || phc === undefined ? undefined : parsePhc(phc);
  const { salt, hash, ...parameters } = known ?? {
    ...withDefaults(options),
    salt: new Uint8Array(SALT_BYTES),
    hash: new Uint8Array(HASH_BYTES),
  };
  const fits = password.length <= MAX_PASSWORD_LENGTH;
  const computed = await argon2(fits ? password : "", salt, hash.length, parameters);
  return isEqual(computed, hash) && fits && known !== undefined;
}

/**
 * Whether a hash was made with other settings than these, so that it is time to hash again at the next login.
 *
 * @throws SessionError `ERR_SESSION_HASHER` when the string is not such a hash.
 */
export function needsRehash(phc: string, options: PasswordOptions = {}): boolean {
  const { memory, passes, parallelism } = parsePhc(phc);
  const wanted = withDefaults(options);
  return memory !== wanted.memory || passes !== wanted.passes || parallelism !== wanted.parallelism;
}

function withDefaults(options: PasswordOptions): Argon2Parameters {
  return {
    memory: options.memory ?? DEFAULTS.memory,
    passes: options.passes ?? DEFAULTS.passes,
    parallelism: options.parallelism ?? DEFAULTS.parallelism,
  };
}

/** Compares all bytes, whatever the first difference is. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}

function loadArgon2(): Promise<Argon2> {
  return (implementation ??= import("@node-rs/argon2").then(fromNodeRs, fromNodeCrypto));
}

function fromNodeRs({ hashRaw }: typeof import("@node-rs/argon2")): Argon2 {
  // 2 is Algorithm.Argon2id; the enum is a type only.
  return (password, salt, outputLen, { memory, passes, parallelism }) =>
    hashRaw(password, { algorithm: 2, salt, outputLen, memoryCost: memory, timeCost: passes, parallelism });
}

function fromNodeCrypto(): Argon2 {
  const argon2 = globalThis.process?.getBuiltinModule?.("node:crypto")?.argon2;
  if (argon2 === undefined)
    throw new SessionError(
      "ERR_SESSION_HASHER",
      "There is no argon2id here: install @node-rs/argon2, or use Node 24.7 or newer.",
    );
  return (message, nonce, tagLength, parameters) =>
    new Promise((resolve, reject) => {
      argon2("argon2id", { message, nonce, tagLength, ...parameters }, (error, hash) => {
        if (error === null || error === undefined) resolve(hash);
        else reject(error);
      });
    });
}
