import type { AuthenticateOptions, PendingLogin } from "../../authentication.ts";
import { isSessionError } from "../../core/errors.ts";
import { runtimeCrypto } from "../../crypto/runtime.ts";
import type { Exchange } from "../../exchange.ts";
import type { UserId } from "../../options.ts";
import { partsOf } from "../../parts.ts";
import type { Session, SessionUpdate } from "../../session.ts";
import { crossSiteReason } from "../csrf.ts";
import { readCredentials, type Credentials } from "./credentials.ts";
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
import { createPasswordCheck } from "./password-check.ts";
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

/** Builds what the logins of all adapters share. They add where the request comes from. */
export function loginCore<Account, T extends object>(options: LoginOptions<Account, T>): LoginCore {
  const { sessions, nextStep } = options;
  const parts = partsOf(sessions);
  const { emit, now, addressOf, canRemember } = parts;
  const accounts = accountsOf(options);
  const trusted = new Set(options.trustedOrigins);
  const devices = createKnownDevices(sessions);
  const limits = createLimits(options.throttle ?? {}, parts);
  const passwordCheck = createPasswordCheck(accounts, limits, devices, emit);

  /** Notes a refusal and passes it on. */
  function refused(exchange: Exchange, refusal: LoginRefusal, user?: Account): LoginRefusal {
    const userId = user === undefined ? undefined : String(accounts.idOf(user));
    emit({ type: "login-failed", reason: refusal.reason, userId, address: addressOf(exchange) });
    return refusal;
  }

  /** Makes a user the one who is logged in, unless a change of the password or a lock was faster. */
  async function establish(
    exchange: Exchange,
    user: Account,
    grounds: Grounds<Account>,
  ): Promise<LoginOutcome> {
    const { methods, remember, knownDevice, hash, reload } = grounds;
    const id = accounts.idOf(user);
    const session = await sessions.open(exchange);
    await authenticate(session, accounts.dataOf(user), { methods, remember: remember && canRemember });
    // Who changes a password ends the sessions that there are. This one was not there when the password was checked.
    const present = await reload();
    if (present === undefined || accounts.hashOf(present) !== hash || !accounts.mayLogIn(present)) {
      await session.clear();
      return refused(exchange, refuse("invalid"), user);
    }
    await devices.add(exchange, id);
    const address = addressOf(exchange);
    emit({ type: "login", id: session.id!, userId: String(id), methods, address, newDevice: !knownDevice });
    return { ok: true, userId: id };
  }

  const core: LoginCore = {
    async login(exchange, given) {
      if (isForeign(exchange, trusted)) return refused(exchange, refuse("cross-site"));
      const credentials = readCredentials(given);
      if (credentials === undefined) return refused(exchange, refuse("invalid"));
      const { identifier, password, remember } = credentials;
      const user = await accounts.byName(identifier);
      const checked = await passwordCheck.check(exchange, { user, name: identifier, password });
      if (!checked.ok || user === undefined)
        return refused(exchange, checked.ok ? refuse("invalid") : checked, user);

      const methods = ["password"];
      const step = await nextStep?.(user);
      if (step === undefined)
        return establish(exchange, user, {
          ...{ methods, remember, ...checked },
          reload: () => accounts.byName(identifier),
        });
      const userId = accounts.idOf(user);
      const session = await sessions.open(exchange);
      await session.suspendLogin({ userId, methods, remember, basis: await fingerprint(checked.hash) });
      emit({ type: "login-suspended", userId: String(userId), step, address: addressOf(exchange) });
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
      const reload = () => accounts.byId(userId);
      return establish(exchange, user, { methods, remember, knownDevice, hash, reload });
    },

    async logout(exchange) {
      const session = await sessions.open(exchange);
      await session.clear();
    },

    ...createPasswordChange({ sessions, accounts, passwordCheck, limits, refused }),
  };
  return core;
}

/** What a login rests on. */
interface Grounds<Account> {
  readonly methods: readonly string[];
  readonly remember: boolean;
  readonly knownDevice: boolean;
  /** The password hash at the time of the check. */
  readonly hash: string | undefined;
  /** Reads the user again. */
  readonly reload: () => Promise<Account | undefined>;
}

/** Whether a page of another site has sent this; a program that says nothing of its origin is nobody's browser. */
function isForeign(exchange: Exchange, trusted: ReadonlySet<string>): boolean {
  const [secFetchSite, origin] = [exchange.header("sec-fetch-site"), exchange.header("origin")];
  const reason = crossSiteReason({ method: "POST", url: exchange.url, secFetchSite, origin }, trusted);
  return reason !== undefined && reason !== "unknown-origin";
}

/** The session that there is may have ended meanwhile, by a logout in another tab: that is no reason not to log in. */
export async function authenticate<T extends object>(
  session: Session<T>,
  update: SessionUpdate<T>,
  how: AuthenticateOptions,
): Promise<void> {
  try {
    await session.authenticate(update, how);
  } catch (error) {
    if (!isSessionError(error, "ERR_SESSION_REVOKED")) throw error;
    await session.authenticate(update, how);
  }
}

async function fingerprint(hash: string | undefined): Promise<string> {
  return (await runtimeCrypto().sha256(`password hash ${hash ?? ""}`)).slice(0, 22);
}
