import type { PendingLogin } from "../../authentication.ts";
import { clientAddress } from "../../client-address.ts";
import { runtimeCrypto } from "../../crypto/runtime.ts";
import type { Exchange } from "../../exchange.ts";
import type { UserId } from "../../options.ts";
import { partsOf } from "../../parts.ts";
import type { Session } from "../../session.ts";
import { crossSiteReason } from "../csrf.ts";
import { readCredentials, type Credentials } from "./credentials.ts";
import { enter, evenIfEnded, hasEnded, type Entry } from "./entry.ts";
import { createKnownDevices } from "./known-devices.ts";
import { createLimits } from "./limits.ts";
import { accountsOf, type LoginOptions } from "./options.ts";
import {
  refuse,
  suspend,
  type ConfirmOutcome,
  type LoginOutcome,
  type LoginRefusal,
  type PasswordOutcome,
} from "./outcome.ts";
import { createPasswordCheck, tooBusy } from "./password-check.ts";
import { createPasswordChange, type PasswordChange } from "./password-change.ts";

/** The part of a login that is the same for every adapter. */
export interface LoginCore {
  login(exchange: Exchange, given: Credentials | FormData): Promise<LoginOutcome>;
  pendingLogin(exchange: Exchange): Promise<PendingLogin | undefined>;
  finishLogin(exchange: Exchange, method: string): Promise<LoginOutcome>;
  logout(exchange: Exchange): Promise<void>;
  confirm(exchange: Exchange, password: unknown): Promise<ConfirmOutcome>;
  changePassword(exchange: Exchange, change: PasswordChange): Promise<PasswordOutcome>;
  resetPassword(userId: UserId, password: string): Promise<PasswordOutcome>;
}

/** How long a visitor has for the step that a login lacks. */
const PENDING_MS = 10 * 60_000;

/** Builds what the logins of all adapters share, of options that are checked. They add where the request comes from. */
export function loginCore<Account, T extends object>(options: LoginOptions<Account, T>): LoginCore {
  const { sessions, nextStep } = options;
  const parts = partsOf(sessions);
  const { emit, now, trust, canRemember } = parts;
  const accounts = accountsOf(options);
  const isForeign = foreignCheck(options.trustedOrigins);
  const devices = createKnownDevices(sessions);
  const limits = createLimits(options.throttle ?? {}, parts);
  const passwordCheck = createPasswordCheck(accounts, limits, devices, emit);

  /** Notes a refusal and passes it on. */
  function refused(exchange: Exchange, refusal: LoginRefusal, user?: Account): LoginRefusal {
    const userId = user === undefined ? undefined : String(accounts.idOf(user));
    emit({ type: "login-failed", reason: refusal.reason, userId, address: clientAddress(exchange, trust) });
    return refusal;
  }

  /** Of whoever was logged in here before nothing is left to the next: no data, no flash value. */
  async function openFor(exchange: Exchange, data: Partial<T>): Promise<Session<T>> {
    const session = await sessions.open(exchange);
    const before = sessions.userIdOf(session.data);
    if (before !== undefined && before !== sessions.userIdOf(data)) await session.clear();
    return session;
  }

  /** Makes a user the one who is logged in, unless a change of the password or a lock was faster. */
  async function establish(exchange: Exchange, user: Account, grounds: Grounds): Promise<LoginOutcome> {
    const { methods, remember, knownDevice, holds } = grounds;
    const id = accounts.idOf(user);
    const update = accounts.dataOf(user);
    const session = await openFor(exchange, update);
    if (!(await enter(session, { update, methods, remember: remember && canRemember, holds })))
      return refused(exchange, refuse("invalid"), user);
    await devices.add(exchange, id).catch((error: unknown) => {
      // Next time: somebody is logged in by now, and is to be told so.
      console.error(error);
    });
    const address = clientAddress(exchange, trust);
    emit({ type: "login", id: session.id!, userId: String(id), methods, address, newDevice: !knownDevice });
    return { ok: true, userId: id };
  }

  /**
   * Notes that a user's login lacks a step: under a new token, so that nobody has planted the one that can
   * finish it.
   */
  async function wait(exchange: Exchange, user: Account, pending: Waiting): Promise<void> {
    const session = await openFor(exchange, accounts.dataOf(user));
    await session.rotate();
    await session.suspendLogin(pending);
  }

  const core: LoginCore = {
    async login(exchange, given) {
      if (isForeign(exchange)) return refused(exchange, refuse("cross-site"));
      const credentials = readCredentials(given);
      if (credentials === undefined) return refused(exchange, refuse("invalid"));
      // Before the database is asked anything: a flood of logins must not become one of lookups and counts.
      if (accounts.passwords.isBusy()) return refused(exchange, tooBusy());
      const { identifier, password, remember } = credentials;
      const user = await accounts.byName(identifier);
      const checked = await passwordCheck.check(exchange, { user, name: identifier, password });
      if (!checked.ok || user === undefined)
        return refused(exchange, checked.ok ? refuse("invalid") : checked, user);

      const methods = ["password"];
      const step = await nextStep?.(user);
      if (step === undefined) {
        const { knownDevice, isStillRight } = checked;
        const holds = async () => isStillRight(await accounts.byName(identifier));
        return evenIfEnded(() => establish(exchange, user, { methods, remember, knownDevice, holds }));
      }
      const userId = accounts.idOf(user);
      const basis = await fingerprint(checked.hash);
      await evenIfEnded(() => wait(exchange, user, { userId, methods, remember, basis }));
      emit({
        type: "login-suspended",
        userId: String(userId),
        step,
        address: clientAddress(exchange, trust),
      });
      return suspend(step);
    },

    async pendingLogin(exchange) {
      const { pendingLogin } = await sessions.open(exchange);
      return pendingLogin !== undefined && now() - pendingLogin.since < PENDING_MS ? pendingLogin : undefined;
    },

    async finishLogin(exchange, method) {
      const pending = await core.pendingLogin(exchange);
      const user = pending && (await accounts.byId(pending.userId));
      if (pending === undefined || user === undefined) return refused(exchange, refuse("anonymous"));
      const { userId, remember, basis } = pending;
      const hash = accounts.hashOf(user);
      if (basis !== (await fingerprint(hash))) return refused(exchange, refuse("anonymous"), user);
      const knownDevice = (await devices.find(exchange, userId)) !== undefined;
      const methods = [...pending.methods, method];
      const holds = async () => accounts.isUnchanged(await accounts.byId(userId), hash);
      try {
        return await establish(exchange, user, { methods, remember, knownDevice, holds });
      } catch (error) {
        // Given up meanwhile, or finished: a login is finished once.
        if (hasEnded(error)) return refused(exchange, refuse("anonymous"), user);
        throw error;
      }
    },

    async logout(exchange) {
      const session = await sessions.open(exchange);
      await session.clear();
    },

    ...createPasswordChange({ sessions, accounts, passwordCheck, limits, refused, isForeign }),
  };
  return core;
}

/** What a login rests on. */
interface Grounds extends Pick<Entry<never>, "methods" | "holds"> {
  readonly remember: boolean;
  readonly knownDevice: boolean;
}

type Waiting = Omit<PendingLogin, "since">;

/** Whether a page of another site has sent this; a program that says nothing of its origin is nobody's browser. */
function foreignCheck(trustedOrigins: readonly string[] | undefined): (exchange: Exchange) => boolean {
  const trusted = new Set(trustedOrigins);
  return (exchange) => {
    const [secFetchSite, origin] = [exchange.header("sec-fetch-site"), exchange.header("origin")];
    const reason = crossSiteReason({ method: "POST", url: exchange.url, secFetchSite, origin }, trusted);
    return reason !== undefined && reason !== "unknown-origin";
  };
}

async function fingerprint(hash: string | undefined): Promise<string> {
  return (await runtimeCrypto().sha256(`password hash ${hash ?? ""}`)).slice(0, 22);
}
