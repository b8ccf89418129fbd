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
export interface Checked {
  readonly ok: true;
  /** Whether the user has logged in on this device before. */
  readonly knownDevice: boolean;
  /** The hash that the password is right for; another one by now means that the password was changed. */
  readonly hash: string | undefined;
}

/** The one way in which passwords are checked, whoever asks. */
export interface PasswordCheck<Account> {
  check(exchange: Exchange, claim: Claim<Account>): Promise<Checked | LoginRefusal>;
}

const RETRY_BUSY = 2;

/** Builds it: count the attempt first, then hash, and take it back if the password was right. */
export function createPasswordCheck<Account, T extends object>(
  accounts: Accounts<Account, T>,
  limits: Limits,
  devices: KnownDevices,
  emit: (event: EventBody) => void,
): PasswordCheck<Account> {
  const { passwords } = accounts;

  /** Hashes again what was hashed with less than is asked for today; it must not cost anybody the login. @returns the hash that is kept now */
  async function renewHash(user: Account, password: string): Promise<string | undefined> {
    const stored = accounts.hashOf(user);
    if (!accounts.canSave || stored === undefined || !passwords.needsRehash(stored)) return stored;
    try {
      const hash = await passwords.hash(password);
      if (!(await accounts.save(user, hash))) return stored;
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
      const id = user === undefined ? name : accounts.idOf(user);
      // Asked for a name of nobody's too, which then no device knows: both ways cost the same.
      const device = await devices.find(exchange, user === undefined ? `nobody ${name}` : id);
      const attempt = await limits.attempt(
        exchange,
        accountKey(user === undefined ? undefined : id, name),
        device,
      );
      if ("ok" in attempt) return attempt;

      let right: boolean;
      try {
        right = await passwords.verify(user === undefined ? undefined : accounts.hashOf(user), password);
      } catch (error) {
        await attempt.cancel();
        if (isSessionError(error, "ERR_SESSION_BUSY")) return refuse("busy", RETRY_BUSY);
        throw error;
      }
      if (!right || user === undefined) return refuse("invalid");
      await attempt.succeed();
      if (!accounts.mayLogIn(user)) return refuse("invalid");
      return { ok: true, knownDevice: device !== undefined, hash: await renewHash(user, password) };
    },
  };
}

/** Two names of one user are one account; a name of nobody's counts in whichever letters it is written. */
export function accountKey(userId: string | number | undefined, name = ""): string {
  return userId === undefined
    ? `name ${name.normalize("NFKC").toLowerCase()}`
    : `user ${JSON.stringify(userId)}`;
}
