import { clientAddress } from "../../client-address.ts";
import type { Exchange } from "../../exchange.ts";
import type { UserId } from "../../options.ts";
import { partsOf } from "../../parts.ts";
import type { Session } from "../../session.ts";
import type { Sessions } from "../../sessions.ts";
import { checkPassword } from "../password-rules.ts";
import { enter, hasEnded } from "./entry.ts";
import type { Limits } from "./limits.ts";
import type { LoginCore } from "./login.ts";
import type { Accounts } from "./options.ts";
import { refuse, refuseWeak, type LoginRefusal, type WeakPassword } from "./outcome.ts";
import { accountKey, unlessBusy, type Checked, type PasswordCheck } from "./password-check.ts";

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
  /** Whether a page of another site has sent this. */
  readonly isForeign: (exchange: Exchange) => boolean;
}

/** Somebody who is logged in and has typed the password. */
interface Proven<Account, T extends object> extends Checked<Account> {
  readonly user: Account;
  readonly session: Session<T>;
}

/** Renewals of the hash by logins, each of which changes it once. */
const MAX_TRIES = 5;

/** Builds what a user who is logged in does with the password, and what an administrator or a reset link does. */
export function createPasswordChange<Account, T extends object>(
  given: Given<Account, T>,
): Pick<LoginCore, "confirm" | "changePassword" | "resetPassword"> {
  const { sessions, accounts, passwordCheck, limits, refused, isForeign } = given;
  const { emit, store, trust } = partsOf(sessions);

  /** Checks the password of whoever is logged in, in the same way and within the same limits as a login does. */
  async function prove(exchange: Exchange, password: unknown): Promise<Proven<Account, T> | LoginRefusal> {
    if (isForeign(exchange)) return refused(exchange, refuse("cross-site"));
    const session = await sessions.open(exchange);
    const userId = sessions.userIdOf(session.data);
    const user = userId === undefined ? undefined : await accounts.byId(userId);
    if (userId === undefined || user === undefined) return refused(exchange, refuse("anonymous"));
    if (typeof password !== "string" || password === "") return refused(exchange, refuse("invalid"), user);
    const checked = await passwordCheck.check(exchange, { user, name: "", password });
    return checked.ok ? { ...checked, user, session } : refused(exchange, checked, user);
  }

  /**
   * The user and the data stay the same; the token is another, and the moment is now.
   *
   * @returns `false` when nobody is logged in any more: a logout stays a logout, also for somebody who knows
   *   the password.
   */
  async function renew(
    { session, user }: Proven<Account, T>,
    isRight: (present: Account | undefined) => boolean | Promise<boolean>,
  ): Promise<boolean> {
    const methods = [...new Set([...session.methods, "password"])];
    const holds = async () => isRight(await accounts.byId(accounts.idOf(user)));
    try {
      return await enter(session, { update: {}, methods, holds });
    } catch (error) {
      if (hasEnded(error)) return false;
      throw error;
    }
  }

  /** @returns the hash of a password that can be used, or why it cannot. */
  async function hashNew(user: Account, password: unknown): Promise<string | WeakPassword | LoginRefusal> {
    const text = typeof password === "string" ? password : "";
    const problem = await checkPassword(text, accounts.rulesOf(user));
    return problem === undefined ? unlessBusy(() => accounts.passwords.hash(text)) : refuseWeak(problem);
  }

  return {
    async confirm(exchange, password) {
      const proven = await prove(exchange, password);
      if (!("user" in proven)) return proven;
      const { user, session, isStillRight } = proven;
      if (!(await renew(proven, isStillRight))) return refused(exchange, refuse("anonymous"), user);
      const id = accounts.idOf(user);
      emit({
        type: "confirmed",
        id: session.id!,
        userId: String(id),
        address: clientAddress(exchange, trust),
      });
      return { ok: true, userId: id };
    },

    async changePassword(exchange, change) {
      const proven = await prove(exchange, change?.current);
      if (!("user" in proven)) return proven;
      const { user, session } = proven;
      const hash = await hashNew(user, change.next);
      if (typeof hash !== "string") return hash;
      if (!(await accounts.save(user, hash, proven.hash, "changed")))
        return refused(exchange, refuse("invalid"), user);
      const userId = accounts.idOf(user);
      emit({ type: "password-changed", userId: String(userId) });
      if (store !== undefined) await sessions.revokeUser(userId, { except: session.id });
      const renewed = await renew(proven, (present) => accounts.isUnchanged(present, hash));
      // Another request with this token may have replaced it since, and the new one was spared as this one's.
      if (!renewed && store !== undefined) await sessions.revokeUser(userId);
      return { ok: true, userId };
    },

    async resetPassword(userId: UserId, password) {
      let user = await accounts.byId(userId);
      if (user === undefined) return refuse("anonymous");
      const hash = await hashNew(user, password);
      if (typeof hash !== "string") return hash;
      for (let tries = 0; !(await accounts.save(user, hash, accounts.hashOf(user), "changed")); tries++) {
        // A login has renewed the hash meanwhile.
        user = await accounts.byId(userId);
        if (user === undefined || tries === MAX_TRIES) return refuse("invalid");
      }
      const id = accounts.idOf(user);
      emit({ type: "password-reset", userId: String(id) });
      if (store !== undefined) await sessions.revokeUser(id);
      // Whoever has reset it must be able to log in with it.
      await limits.forget(accountKey(id));
      return { ok: true, userId: id };
    },
  };
}
