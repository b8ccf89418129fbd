import { isSessionError } from "../../core/errors.ts";
import type { EventBody } from "../../events.ts";
import type { Exchange } from "../../exchange.ts";
import type { KnownDevices } from "./known-devices.ts";
import type { Limits } from "./limits.ts";
import type { Accounts } from "./options.ts";
import { refuse, type LoginRefusal } from "./outcome.ts";

/** Somebody says that this is a user's password. */
export interface Claim<Account> {
  /** `undefined` when there is no such user: then it is refused after the same work. */
  readonly user: Account | undefined;
  /** What the user was called, for counting the guesses at names of nobody's. */
  readonly name: string;
  readonly password: string;
}

/** A right password. */
export interface Checked<Account> {
  readonly ok: true;
  /** Whether the user has logged in on this device before. */
  readonly knownDevice: boolean;
  /** The hash that the password is right for. */
  readonly hash: string;
  /** Whether it is the password of the user, read again, who may log in: another hash may be a renewed one. */
  readonly isStillRight: (user: Account | undefined) => Promise<boolean>;
}

/** The one way in which passwords are checked, whoever asks. */
export interface PasswordCheck<Account> {
  check(exchange: Exchange, claim: Claim<Account>): Promise<Checked<Account> | LoginRefusal>;
}

const RETRY_BUSY = 2;

/** The refusal of somebody whose password could not be hashed now. */
export const tooBusy = (): LoginRefusal => refuse("busy", RETRY_BUSY);

/** Does what hashes. @returns the refusal when too many are being hashed. */
export async function unlessBusy<R>(hash: () => Promise<R>): Promise<R | LoginRefusal> {
  try {
    return await hash();
  } catch (error) {
    if (isSessionError(error, "ERR_SESSION_BUSY")) return tooBusy();
    throw error;
  }
}

/** Builds it: count the attempt first, then hash, and take it back if the password was right. */
export function createPasswordCheck<Account, T extends object>(
  accounts: Accounts<Account, T>,
  limits: Limits,
  devices: KnownDevices,
  emit: (event: EventBody) => void,
): PasswordCheck<Account> {
  const { passwords } = accounts;

  /**
   * Hashes again what was hashed with less than is asked for today; it must not cost anybody the login.
   *
   * @returns the hash that is kept now
   */
  async function renewHash(user: Account, stored: string, password: string): Promise<string> {
    if (!accounts.canSave || !passwords.needsRehash(stored)) return stored;
    try {
      const hash = await passwords.hash(password);
      if (!(await accounts.save(user, hash, stored, "renewed"))) return stored;
      emit({ type: "password-rehashed", userId: String(accounts.idOf(user)) });
      return hash;
    } catch (error) {
      // Next time.
      if (!isSessionError(error, "ERR_SESSION_BUSY")) console.error(error);
      return stored;
    }
  }

  return {
    async check(exchange, { user, name, password }) {
      const id = user === undefined ? undefined : accounts.idOf(user);
      // Asked and counted for a name of nobody's too: both ways cost the same.
      const device = await devices.find(exchange, id);
      const attempt = await limits.attempt(exchange, accountKey(id, name), device);
      if ("ok" in attempt) return attempt;

      // Read once: the application's object may show later what somebody has changed meanwhile.
      const stored = user === undefined ? undefined : accounts.hashOf(user);
      const right = await unlessBusy(async () => {
        try {
          return await passwords.verify(stored, password);
        } catch (error) {
          await attempt.cancel();
          throw error;
        }
      });
      if (typeof right !== "boolean") return right;
      // Who may not log in is not told that the password was right, nor by a count that it leaves as it was.
      if (!right || user === undefined || stored === undefined || !accounts.mayLogIn(user))
        return refuse("invalid");
      await attempt.succeed();
      const hash = await renewHash(user, stored, password);
      return {
        ok: true,
        knownDevice: device !== undefined,
        hash,
        isStillRight: async (present) => {
          // The name may be another user's by now.
          if (present === undefined || accounts.idOf(present) !== id || !accounts.mayLogIn(present))
            return false;
          const other = accounts.hashOf(present);
          return other === hash || (other !== undefined && passwords.verify(other, password));
        },
      };
    },
  };
}

/** Two names of one user are one account; a name of nobody's counts in whichever letters it is written. */
export function accountKey(userId: string | number | undefined, name = ""): string {
  return userId === undefined
    ? `name ${name.normalize("NFKC").toLowerCase()}`
    : `user ${JSON.stringify(userId)}`;
}
