import { createChanges } from "./changes.ts";
import { circuitIn, createCircuit, STORE_TIMEOUT } from "./circuit.ts";
import { clientAddress, forwardedHeader } from "./client-address.ts";
import { SessionError } from "./core/errors.ts";
import type { Data } from "./core/json.ts";
import { chain, type MaybePromise } from "./core/maybe-promise.ts";
import { chooseTransport, createTransports } from "./core/transport.ts";
import { runtimeCrypto } from "./crypto/runtime.ts";
import { deviceReader } from "./device.ts";
import { createEmitter, type EventBody } from "./events.ts";
import type { Exchange } from "./exchange.ts";
import type { Keeper } from "./keeper.ts";
import { createManagement, type SessionManagement } from "./manage.ts";
import { checkOptions, type CheckedOptions, type SessionOptions, type UserId } from "./options.ts";
import { carryParts } from "./parts.ts";
import { createSealedKeeper } from "./sealed.ts";
import type { Session } from "./session.ts";
import { SessionHandle, type SessionContext } from "./session-handle.ts";
import { createShape } from "./shape.ts";
import { createStoredKeeper } from "./stored.ts";
import type { SessionStore } from "./stores/store.ts";

/** The sessions of one name: what `createSessions` answers. */
export interface Sessions<T extends object = Data> extends SessionManagement {
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
}

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
  const { name, now } = checked;
  const transports = createTransports(checked.cookie);
  const emit = createEmitter(name, now, checked.onEvent);
  const store = reachStore(checked, emit);
  const keeper = createKeeper(checked, store, transports.secure.cookieName);
  const shape = createShape(checked);
  const context: SessionContext = {
    keeper,
    lifetime: checked.lifetime,
    changes: createChanges({ ...checked, shape, userIdOf: checked.userId }),
    shape,
    persistent: checked.persistent,
    transportOf: (exchange) =>
      chooseTransport(
        transports,
        exchange.url,
        forwardedHeader(exchange, "x-forwarded-proto", checked.trust),
        checked.development,
      ),
    deviceOf: deviceReader(checked.devices, checked.trust),
    now,
    emit,
  };
  const opensAtOnce = keeper.synchronous && shape.synchronous;

  const sessions: Sessions<T> = {
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

    ...createManagement(store, keeper, emit),
  };
  carryParts(sessions, {
    options: options as SessionOptions,
    store,
    now,
    emit,
    addressOf: (exchange) => clientAddress(exchange, checked.trust),
    canRemember: checked.remembered !== undefined,
  });
  return sessions;
}

/** The store behind a circuit breaker: its own, if it has one inside. */
function reachStore(options: CheckedOptions, emit: (event: EventBody) => void): SessionStore | undefined {
  const { store, storeTimeout } = options;
  if (store === undefined) return undefined;
  const own = circuitIn(store);
  if (own !== undefined && storeTimeout !== undefined)
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "This store has a timeout of its own: give it that instead of storeTimeout.",
    );
  const circuit = own?.circuit ?? createCircuit(store, { timeout: storeTimeout ?? STORE_TIMEOUT });
  circuit.listen((failure) => emit({ type: failure === undefined ? "store-up" : "store-down" }));
  return own === undefined ? circuit.store : store;
}

function createKeeper(options: CheckedOptions, store: SessionStore | undefined, cookieName: string): Keeper {
  const crypto = runtimeCrypto();
  if (options.store !== undefined && store !== undefined) {
    const readsOn = circuitIn(options.store)?.readsOn ?? false;
    // The store as it was given: a circuit is made anew for every createSessions.
    return createStoredKeeper({ store, identity: options.store, crypto, name: options.name, readsOn });
  }
  const { passwords, cipher, name, lifetime, remembered = lifetime } = options;
  const maxAge = Math.max(lifetime.absoluteTimeout, remembered.absoluteTimeout) * 1000;
  return createSealedKeeper({ passwords, crypto, cipher, name, cookieName, maxAge });
}

function twoKinds(name: string): SessionError {
  return new SessionError(
    "ERR_SESSION_CONFIG",
    `Two kinds of sessions named "${name}", with different passwords, ciphers or stores, are used in one request. Give one another name.`,
  );
}
