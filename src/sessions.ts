import { SessionError } from "./core/errors.ts";
import type { Data } from "./core/json.ts";
import { chain, type MaybePromise } from "./core/maybe-promise.ts";
import { chooseTransport, createTransports } from "./core/transport.ts";
import { runtimeCrypto } from "./crypto/runtime.ts";
import { createEmitter } from "./events.ts";
import type { Exchange } from "./exchange.ts";
import type { Keeper } from "./keeper.ts";
import { keyringOf } from "./keyrings.ts";
import { checkOptions, type CheckedOptions, type SessionOptions, type UserId } from "./options.ts";
import { createSealedKeeper } from "./sealed.ts";
import type { Session } from "./session.ts";
import { SessionHandle, type SessionContext } from "./session-handle.ts";
import { createShape } from "./shape.ts";
import { ask, createStoredKeeper } from "./stored.ts";
import type { SessionStore } from "./stores/store.ts";

/** What can be known of somebody's session without being in it. Times in milliseconds since the epoch. */
export interface SessionInfo {
  /** Public id, equal to {@link Session.id} in the visitor's own requests. */
  readonly id: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly authenticatedAt: number | undefined;
}

/** The sessions of one name: what `createSessions` answers. */
export interface Sessions<T extends object = Data> {
  readonly name: string;
  /**
   * The session of a request. Adapters call this; applications call their adapter's `useSession`. Nothing
   * is read, decrypted or looked up before the session is touched.
   *
   * @returns the handle: at once where sessions open without a promise, else once it is loaded.
   * @throws SessionError `ERR_SESSION_STORE`, when the store cannot answer; `ERR_SESSION_CONFIG`, when the
   *   request has a session of this name with another password or store already.
   */
  open(exchange: Exchange): MaybePromise<Session<T>>;
  /** `userId` of these options, applied to data; `undefined` when nobody is logged in. */
  userIdOf(data: Readonly<Partial<T>>): UserId | undefined;
  /**
   * A user's living sessions, latest seen first; an empty list when there are none.
   *
   * @throws SessionError `ERR_SESSION_UNSUPPORTED` for sealed sessions, `ERR_SESSION_STORE`
   */
  list(userId: UserId): Promise<SessionInfo[]>;
  /** Ends one session by its public id; does nothing when there is none. @throws SessionError as {@link Sessions.list} */
  revoke(id: string): Promise<void>;
  /**
   * Ends all sessions of a user.
   *
   * @param options.except - The public id of one to keep, such as the visitor's own.
   * @returns how many records ended; a session that changed its token in the last minutes counts more than once.
   * @throws SessionError as {@link Sessions.list}
   */
  revokeUser(userId: UserId, options?: { readonly except?: string | undefined }): Promise<number>;
  /**
   * Removes expired records, in batches, so that no other query waits long. Run it now and then.
   *
   * @returns how many were removed.
   * @throws SessionError as {@link Sessions.list}
   */
  sweep(): Promise<number>;
}

const SWEEP_BATCH = 1000;

/**
 * Makes the sessions of an application: sealed in the cookie, or kept in a store.
 *
 * ```ts
 * export const sessions = createSessions<{ userId?: number }>({ password: process.env.SESSION_SECRET });
 * ```
 *
 * @typeParam T - The data of a session. Without it the data is as loose as `any`.
 * @throws SessionError `ERR_SESSION_CONFIG`, `ERR_SESSION_PASSWORD`: wrong options fail here, not at the first visitor.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- without a type the data is as loose as h3's
export function createSessions<T extends object = Record<string, any>>(
  options: SessionOptions<T>,
): Sessions<T> {
  const checked = checkOptions(options);
  const { name, store, now } = checked;
  const transports = createTransports(checked.cookie);
  const emit = createEmitter(name, now, checked.onEvent);
  const keeper = createKeeper(checked, transports.secure.cookieName);
  const shape = createShape(checked);
  const context: SessionContext = {
    keeper,
    lifetime: checked.lifetime,
    shape,
    persistent: checked.persistent,
    userIdOf: checked.userId,
    transportOf: (exchange) =>
      chooseTransport(
        transports,
        exchange.url,
        checked.trustProxy ? exchange.header("x-forwarded-proto") : null,
        checked.development,
      ),
    now,
    emit,
  };
  const opensAtOnce = keeper.synchronous && shape.synchronous;

  return {
    name,

    open(exchange) {
      let handle = exchange.sessions.get(name) as SessionHandle | undefined;
      if (handle === undefined) {
        handle = new SessionHandle(context, exchange);
        exchange.sessions.set(name, handle);
      } else if (handle.identity !== keeper.identity) throw twoKinds(name);
      const session = handle as Session<object> as Session<T>;
      return opensAtOnce ? session : chain(handle.load(), () => session);
    },

    userIdOf: checked.userId,

    async list(userId) {
      const find = able(store, "findByUser");
      const records = await ask(() => find(String(userId)));
      const living = records.filter(({ successor }) => successor === undefined);
      return living.map(({ id, createdAt, lastSeenAt, expiresAt, authenticatedAt }) => ({
        id,
        createdAt,
        lastSeenAt,
        expiresAt,
        authenticatedAt,
      }));
    },

    async revoke(id) {
      const find = able(store, "find");
      const record = await ask(() => find(id));
      if (record === undefined) return;
      await keeper.end(record);
      emit({ type: "revoked", id });
    },

    async revokeUser(userId, { except } = {}) {
      const remove = able(store, "deleteByUser");
      let count = 0;
      // A session that changes its token at this moment can slip past one pass, but not past one that finds nothing.
      for (let removed = 1; removed > 0; count += removed)
        removed = await ask(() => remove(String(userId), except));
      emit({ type: "user-revoked", userId: String(userId), count });
      return count;
    },

    async sweep() {
      const remove = able(store, "deleteExpired");
      let count = 0;
      for (let removed = SWEEP_BATCH; removed === SWEEP_BATCH; count += removed)
        removed = await ask(() => remove(SWEEP_BATCH));
      emit({ type: "swept", count });
      return count;
    },
  };
}

function createKeeper(options: CheckedOptions, cookieName: string): Keeper {
  const crypto = runtimeCrypto();
  if (options.store !== undefined) return createStoredKeeper(options.store, crypto);
  const keyring = keyringOf(options.passwords, crypto);
  const maxAge = options.lifetime.absoluteTimeout * 1000;
  return createSealedKeeper({ keyring, crypto, name: options.name, cookieName, maxAge });
}

/** A store's method, if there is a store and it has it. */
function able<M extends keyof SessionStore>(
  store: SessionStore | undefined,
  method: M,
): NonNullable<SessionStore[M]> {
  const found = store?.[method];
  if (store !== undefined && found !== undefined) return found.bind(store) as NonNullable<SessionStore[M]>;
  throw new SessionError(
    "ERR_SESSION_UNSUPPORTED",
    store === undefined
      ? "Sealed sessions live with the visitor: they cannot be listed, revoked or swept. Give createSessions a store."
      : `This store has no ${method}.`,
  );
}

function twoKinds(name: string): SessionError {
  return new SessionError(
    "ERR_SESSION_CONFIG",
    `Two kinds of sessions named "${name}", with different passwords or stores, are used in one request. Give one another name.`,
  );
}
