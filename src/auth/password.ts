import { isSessionError, SessionError } from "../core/errors.ts";
import { refuseUnknownOptions } from "../core/option-errors.ts";
import { loadArgon2 } from "./argon2.ts";
import { createHashQueue, type HashQueue, type HashQueueOptions } from "./hash-queue.ts";
import type { PasswordImporter } from "./importers/importer.ts";
import { isEqual } from "./is-equal.ts";
import { encodePassword, MAX_UNITS, normalizePassword } from "./password-text.ts";
import { formatPhc, isComputable, parsePhc, type Argon2Parameters } from "./phc.ts";

export type { HashQueueOptions } from "./hash-queue.ts";
export type { PasswordImporter } from "./importers/importer.ts";
export { checkPassword, type PasswordProblem, type PasswordRules } from "./password-rules.ts";

/** How expensive a password hash is. */
export interface PasswordOptions {
  /** KiB of memory, up to 1048576 (1 GiB). @default 19456 (19 MiB) */
  readonly memory?: number | undefined;
  /** Passes over the memory, up to 999. @default 2 */
  readonly passes?: number | undefined;
  /** Lanes, up to 99; each takes 8 KiB of memory at least. @default 1 */
  readonly parallelism?: number | undefined;
}

/**
 * Options of {@link createPasswords}. Whoever gives none of `concurrency`, `maxQueue` and `maxWait` shares the queue of
 * {@link hashPassword} and {@link verifyPassword}; otherwise there is a queue for these passwords alone.
 */
export interface PasswordsOptions extends PasswordOptions, HashQueueOptions {
  /** Readers of other systems' hashes, asked in this order. @default none */
  readonly importers?: readonly PasswordImporter[] | undefined;
}

/** Makes and checks password hashes in one bounded queue. */
export interface Passwords {
  /**
   * Hashes a password with argon2id, outside of the event loop.
   *
   * @param password - As it was received, up to 4096 UTF-16 units. It is brought into Unicode's normal form
   *   C, so that the same text is the same password whichever keyboard it came from; nothing is trimmed,
   *   folded or truncated.
   * @returns a PHC string, `$argon2id$v=19$m=…,t=…,p=…$<salt>$<hash>`, which holds all that verifying needs.
   * @throws SessionError `ERR_SESSION_HASHER` when there is no implementation, or the password is too long;
   *   `ERR_SESSION_BUSY` when too many are being hashed: answer 503 and Retry-After.
   * @see RFC 9106; NIST SP 800-63B-4 section 3.1.1.2; OWASP ASVS 5.0 6.2.8, 11.4.2
   */
  hash(password: string): Promise<string>;
  /**
   * Whether a password is the one of a hash. Without a hash it takes just as long and says no, so that nobody
   * learns from the time which users exist. A hash that an importer reads takes as long as the other system
   * made it take, until it is hashed anew.
   *
   * @param stored - An argon2id PHC string, or what an importer reads; `null` or `undefined` for a user that
   *   does not exist.
   * @param password - As it was received; one that is too long to have been hashed is wrong.
   * @throws SessionError `ERR_SESSION_HASHER` when there is no implementation, or the string is no hash that
   *   is known here; `ERR_SESSION_BUSY` when too many are being hashed.
   */
  verify(stored: string | null | undefined, password: string): Promise<boolean>;
  /**
   * Whether a hash was made with other settings than these or by another system, so that it is time to hash
   * again at the next login.
   *
   * @throws SessionError `ERR_SESSION_HASHER` when the string is no hash that is known here.
   */
  needsRehash(stored: string): boolean;
  /**
   * Whether a hash that was asked for now would be refused with `ERR_SESSION_BUSY`: then nothing else need be
   * begun.
   */
  isBusy(): boolean;
}

/** OWASP Password Storage Cheat Sheet: the first of its equivalent argon2id settings for servers. */
const DEFAULTS: Argon2Parameters = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const KNOWN: ReadonlySet<string> = new Set<keyof PasswordsOptions>([
  "memory",
  "passes",
  "parallelism",
  "concurrency",
  "maxQueue",
  "maxWait",
  "importers",
]);

let sharedQueue: HashQueue | undefined;

/**
 * Makes password hashing with settings of its own: what a hash costs, how many run at once and wait, and which
 * other systems' hashes are read.
 *
 * @throws SessionError `ERR_SESSION_CONFIG`, naming the option and what it takes.
 */
export function createPasswords(options: PasswordsOptions = {}): Passwords {
  const cost = checkCost(options);
  const { importers = [] } = options;
  const queue = queueOf(options);

  const importerOf = (stored: string): PasswordImporter | undefined =>
    stored.startsWith("$argon2id$") ? undefined : importers.find((importer) => importer.matches(stored));

  return {
    async hash(password) {
      if (password.length > MAX_UNITS)
        throw new SessionError("ERR_SESSION_HASHER", `A password may be ${MAX_UNITS} UTF-16 units long.`);
      const octets = encodePassword(normalizePassword(password));
      const salt = globalThis.crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const argon2 = await loadArgon2();
      const hash = await queue.run(() => argon2(octets, salt, HASH_BYTES, cost));
      return formatPhc({ ...cost, salt, hash });
    },

    async verify(stored, password) {
      // Another in its place, so that it takes as long; its answer never counts.
      const fits = password.length <= MAX_UNITS;
      const tried = fits ? password : "";
      const isKnown = stored !== null && stored !== undefined;
      const importer = isKnown ? importerOf(stored) : undefined;
      if (isKnown && importer !== undefined)
        return (await queue.run(() => askImporter(importer, stored, tried))) && fits;
      const { salt, hash, ...parameters } = isKnown ? parsePhc(stored) : standIn(cost);
      const octets = encodePassword(normalizePassword(tried));
      const argon2 = await loadArgon2();
      const computed = await queue.run(() => argon2(octets, salt, hash.length, parameters));
      return isEqual(computed, hash) && fits && isKnown;
    },

    needsRehash(stored) {
      if (importerOf(stored) !== undefined) return true;
      const { memory, passes, parallelism } = parsePhc(stored);
      return memory !== cost.memory || passes !== cost.passes || parallelism !== cost.parallelism;
    },

    isBusy: () => queue.isFull(),
  };
}

/**
 * Hashes a password with argon2id, in the queue that the whole process shares: {@link Passwords.hash}.
 *
 * @throws SessionError `ERR_SESSION_HASHER`, `ERR_SESSION_BUSY`
 */
export async function hashPassword(password: string, options: PasswordOptions = {}): Promise<string> {
  return createPasswords(options).hash(password);
}

/**
 * Whether a password is the one of a hash: {@link Passwords.verify}, in the queue that the whole process
 * shares. Without a hash it takes just as long and says no:
 *
 * ```ts
 * if (!(await verifyPassword(user?.passwordHash, password))) return new Error("Invalid login");
 * ```
 *
 * @param phc - An argon2id PHC string; `null` or `undefined` for a user that does not exist.
 * @param options - What hashes cost in this application, if not the default: what an unknown user costs.
 * @throws SessionError `ERR_SESSION_HASHER`, `ERR_SESSION_BUSY`
 */
export async function verifyPassword(
  phc: string | null | undefined,
  password: string,
  options: PasswordOptions = {},
): Promise<boolean> {
  return createPasswords(options).verify(phc, password);
}

/**
 * Whether a hash was made with other settings than these, so that it is time to hash again at the next login.
 *
 * @throws SessionError `ERR_SESSION_HASHER` when the string is not such a hash.
 */
export function needsRehash(phc: string, options: PasswordOptions = {}): boolean {
  return createPasswords(options).needsRehash(phc);
}

function checkCost(options: PasswordsOptions): Argon2Parameters {
  refuseUnknownOptions(options, KNOWN, "createPasswords");
  const { memory = DEFAULTS.memory, passes = DEFAULTS.passes, parallelism = DEFAULTS.parallelism } = options;
  const cost = { memory, passes, parallelism };
  if (!isComputable(cost))
    throw wrong(
      "memory must be a whole number of KiB up to 1048576 and 8 for each lane at least, passes one from 1 to 999, parallelism one from 1 to 99.",
    );
  return cost;
}

function queueOf(options: PasswordsOptions): HashQueue {
  const { concurrency, maxQueue, maxWait } = options;
  if ([concurrency, maxQueue, maxWait].some((option) => option !== undefined))
    return createHashQueue(options);
  return (sharedQueue ??= createHashQueue());
}

/** What is computed for a user that does not exist. */
function standIn(cost: Argon2Parameters) {
  return { ...cost, salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(HASH_BYTES) };
}

async function askImporter(importer: PasswordImporter, stored: string, password: string): Promise<boolean> {
  try {
    // Exactly true: a compare function of another signature might answer anything.
    return (await importer.verify(stored, password)) === true;
  } catch (cause) {
    if (isSessionError(cause)) throw cause;
    throw new SessionError(
      "ERR_SESSION_HASHER",
      "An importer could not check a hash; its own error is the cause.",
      {
        cause,
      },
    );
  }
}

function wrong(message: string): SessionError {
  return new SessionError("ERR_SESSION_CONFIG", message);
}
