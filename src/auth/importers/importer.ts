import { SessionError } from "../../core/errors.ts";

/**
 * Reads the password hashes of another system, so that its users can log in here and be hashed anew. Given to
 * `createPasswords` as `importers`, whose queue its work runs in.
 */
export interface PasswordImporter {
  /** Whether a stored string is such a hash, and one that is bearable to compute. Must not throw. */
  matches(stored: string): boolean;
  /**
   * Whether a password is the one of a hash. It gets the password as it was received: how it is normalised, if at all,
   * is the other system's affair.
   *
   * @throws SessionError `ERR_SESSION_HASHER` when the string does not match.
   */
  verify(stored: string, password: string): Promise<boolean>;
}

/** What an importer throws at a string that it does not read. */
export function notSuchHash(): SessionError {
  return new SessionError("ERR_SESSION_HASHER", "This is not a hash of the kind that the importer reads.");
}
