import type { Exchange } from "../../exchange.ts";
import type { UserId } from "../../options.ts";
import { partsOf } from "../../parts.ts";
import type { Session } from "../../session.ts";
import type { Sessions } from "../../sessions.ts";
import { checkPassword } from "../password-rules.ts";
import type { Limits } from "./limits.ts";
import type { LoginCore } from "./login.ts";
import type { Accounts } from "./options.ts";
import { refuse, refuseWeak, type LoginRefusal, type WeakPassword } from "./outcome.ts";
import { accountKey, type Checked, type PasswordCheck } from "./password-check.ts";

/** What a user types to change a password. */
export interface PasswordChange {
  readonly current: unknown;
  readonly next: unknown;
}

interface Given<Account, T extends object> {
  readonly sessions: Sessions<T>;
  readonly accounts: Accounts<Account, T>;
  readonly passwordCheck: PasswordCheck<Account>;
  readonly limits: Limits;
  /** Notes a refusal and passes it on. */
  readonly refused: (exchange: Exchange, refusal: LoginRefusal, user?: Account) => LoginRefusal;
}

/** Somebody who is logged in and has typed the password. */
interface Proven<Account, T extends object> extends Checked {
  readonly user: Account;
  readonly session: Session<T>;
}

/** Builds what a user who is logged in does with the password, and what an administrator or a reset link does. */
export function createPasswordChange<Account, T extends object>(
  given: Given<Account, T>,
): Pick<LoginCore, "confirm" | "changePassword" | "resetPassword"> {
  const { sessions, accounts, passwordCheck, limits, refused } = given;
  const { emit, store, addressOf } = partsOf(sessions);

  /** Checks the password of whoever is logged in, in the same way and within the same limits as a login does. */
  async function prove(exchange: Exchange, password: unknown): Promise<Proven<Account, T> | LoginRefusal> {
    const session = await sessions.open(exchange);
    const userId = sessions.userIdOf(session.data);
    const user = userId === undefined ? undefined : await accounts.byId(userId);
    if (userId === undefined || user === undefined) return refuse("anonymous");
    if (typeof password !== "string" || password === "") return refused(exchange, refuse("invalid"), user);
    const checked = await passwordCheck.check(exchange, { user, name: "", password });
    return checked.ok ? { ...checked, user, session } : refused(exchange, checked, user);
  }

  /** The user stays the same; the token is another, and the moment is now. */
  async function renew({ session, user }: Proven<Account, T>): Promise<void> {
    const methods = [...new Set([...session.methods, "password"])];
    await session.authenticate(accounts.dataOf(user), { methods });
  }

  /** @returns the outcome of a password that cannot be used, or `undefined` when it is kept. */
  async function replace(user: Account, password: unknown): Promise<WeakPassword | LoginRefusal | undefined> {
    const problem = await checkPassword(typeof password === "string" ? password : "", accounts.rulesOf(user));
    if (problem !== undefined) return refuseWeak(problem);
    const saved = await accounts.save(user, await accounts.passwords.hash(password as string));
    return saved ? undefined : refuse("invalid");
  }

  return {
    async confirm(exchange, password) {
      const proven = await prove(exchange, password);
      if (!("user" in proven)) return proven;
      await renew(proven);
      const id = accounts.idOf(proven.user);
      emit({ type: "confirmed", id: proven.session.id!, userId: String(id), address: addressOf(exchange) });
      return { ok: true, userId: id };
    },

    async changePassword(exchange, { current, next }) {
      const proven = await prove(exchange, current);
      if (!("user" in proven)) return proven;
      const { user, session } = proven;
      const failure = await replace(user, next);
      if (failure !== undefined) return failure;
      const userId = accounts.idOf(user);
      emit({ type: "password-changed", userId: String(userId) });
      if (store !== undefined) await sessions.revokeUser(userId, { except: session.id });
      await renew(proven);
      return { ok: true, userId };
    },

    async resetPassword(userId: UserId, password) {
      const user = await accounts.byId(userId);
      if (user === undefined) return refuse("anonymous");
      const failure = await replace(user, password);
      if (failure !== undefined) return failure;
      emit({ type: "password-reset", userId: String(userId) });
      if (store !== undefined) await sessions.revokeUser(userId);
      // Whoever has reset it must be able to log in with it.
      await limits.forget(accountKey(userId));
      return { ok: true, userId };
    },
  };
}
