import { SessionError } from "../core/errors.ts";

/** What an argon2 hash costs. */
export interface Argon2Parameters {
  /** KiB */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** An argon2id hash with all that is needed to compute it again. */
export interface Argon2Hash extends Argon2Parameters {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;
/** What is found in a database is computed again at every login: a broken row must not cost a gigabyte. */
const MAX_MEMORY = 1_048_576;
const MAX_PASSES = 999;
const MAX_PARALLELISM = 99;
/** KiB a lane takes at least (RFC 9106 section 3.1). */
const MIN_LANE_MEMORY = 8;

/**
 * Writes a hash in the PHC string format, base64 without padding.
 *
 * @see https://github.com/P-H-C/phc-string-format
 */
export function formatPhc({ memory, passes, parallelism, salt, hash }: Argon2Hash): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${toBase64(salt)}$${toBase64(hash)}`;
}

/** Reads what {@link formatPhc} and other argon2id implementations write. @throws SessionError `ERR_SESSION_HASHER` */
export function parsePhc(phc: string): Argon2Hash {
  const match = PHC.exec(phc);
  if (match === null) throw malformed();
  const cost = { memory: Number(match[1]), passes: Number(match[2]), parallelism: Number(match[3]) };
  if (!isComputable(cost)) throw malformed();
  return { ...cost, salt: fromBase64(match[4]!), hash: fromBase64(match[5]!) };
}

/** Whether argon2 is defined for these costs, and they are bearable. */
export function isComputable({ memory, passes, parallelism }: Argon2Parameters): boolean {
  if (![memory, passes, parallelism].every((cost) => Number.isSafeInteger(cost))) return false;
  if (passes < 1 || passes > MAX_PASSES || parallelism < 1 || parallelism > MAX_PARALLELISM) return false;
  return memory >= MIN_LANE_MEMORY * parallelism && memory <= MAX_MEMORY;
}

function malformed(): SessionError {
  return new SessionError("ERR_SESSION_HASHER", "This is not an argon2id hash in the PHC string format.");
}

function toBase64(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets)).replaceAll("=", "");
}

/** Reads base64 without padding. @throws SessionError `ERR_SESSION_HASHER` when no octets have that length. */
export function fromBase64(text: string): Uint8Array {
  // One character alone stands for no octet.
  if (text.length % 4 === 1) throw malformed();
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
