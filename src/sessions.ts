import { SessionError } from "./core/errors.ts";
import type { Data } from "./core/json.ts";
import { loadAhead, loadOnce, type MaybePromise } from "./core/maybe-promise.ts";
import { chooseTransport, createTransports } from "./core/transport.ts";
import { runtimeCrypto } from "./crypto/runtime.ts";
import { shapeOf } from "./data-shape.ts";
import { createEmitter } from "./events.ts";
import type { Exchange } from "./exchange.ts";
import { createManagement, type SessionManagement } from "./manage.ts";
import { checkOptions, type CheckedOptions, type SessionOptions, type UserId } from "./options.ts";
import { carryParts } from "./parts.ts";
import { forwardedHeader } from "./proxy-trust.ts";
import { createSealedKeeper } from "./sealed.ts";
import type { Session } from "./session.ts";
import { SessionHandle, type SessionContext } from "./session-handle.ts";

/** The sessions of one name: what `createSessions` answers. */
export interface Sessions<T extends object = Data> extends SessionManagement {
  readonly name: string;
  /**
   * The session of a request. Adapters call this; applications call their adapter's `useSession`. Of a sealed
   * session nothing is read or decrypted before it is touched; with a store, a schema or WebCrypto this call
   * is the first touch.
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
  const { name, now, trust } = checked;
  const transports = createTransports(checked.cookie);
  const emit = createEmitter(name, now, checked.onEvent);
  const shape = shapeOf(checked);
  // Reading is all that most requests do, and writing is asynchronous anyway.
  const writer = loadAhead(async () => {
    const { writerMaker } = await import("./writing/writer.ts");
    return writerMaker({ ...checked, shape, userIdOf: checked.userId });
  });
  const contextOver = ({ keeper, deviceOf }: Kept): SessionContext => ({
    keeper,
    lifetime: checked.lifetime,
    shape,
    persistent: checked.persistent,
    transportOf: (exchange) =>
      chooseTransport(
        transports,
        exchange,
        forwardedHeader(exchange, "x-forwarded-proto", trust),
        checked.development,
      ),
    deviceOf,
    writer,
    now,
    emit,
  });

  const { store } = checked;
  // Only where there is a store: all that it takes is asynchronous anyway.
  const stored =
    store &&
    loadOnce(async () => {
      const { createStored } = await import("./stored/stored.ts");
      return createStored(checked, store, emit);
    });
  let contextOf: () => MaybePromise<SessionContext>;
  if (stored === undefined) {
    const context = contextOver(createSealed(checked, transports.secure.cookieName));
    contextOf = () => context;
  } else contextOf = loadAhead(async () => contextOver(await stored()));

  function handleOf(context: SessionContext, exchange: Exchange): MaybePromise<Session<T>> {
    const { keeper } = context;
    let handle = exchange.locals.get(name) as SessionHandle | undefined;
    if (handle === undefined) {
      handle = new SessionHandle(context, exchange);
      exchange.locals.set(name, handle);
    } else if (handle.identity !== keeper.identity) throw twoKinds(name);
    const opened = keeper.synchronous && shape.synchronous ? handle : handle.load();
    return opened as MaybePromise<Session<object>> as MaybePromise<Session<T>>;
  }

  const sessions: Sessions<T> = {
    name,

    open(exchange) {
      const context = contextOf();
      if (!("then" in context)) return handleOf(context, exchange);
      // The head of the response may leave while the rest is being loaded.
      if (exchange.writable()) exchange.markPrivate();
      return context.then((loaded) => handleOf(loaded, exchange));
    },

    userIdOf: checked.userId,

    ...createManagement(stored && (async () => (await stored()).management)),
  };
  carryParts(sessions, {
    options: options as SessionOptions,
    store: stored && (async () => (await stored()).store),
    now,
    emit,
    trust,
    canRemember: checked.remembered !== undefined,
  });
  return sessions;
}

/** Where sessions are kept, and what is kept of devices. */
type Kept = Pick<SessionContext, "keeper" | "deviceOf">;

/** Sessions in the cookie, which is known to nobody but the visitor: no devices. */
function createSealed(options: CheckedOptions, cookieName: string): Kept {
  const { name, passwords, cipher, lifetime, remembered = lifetime } = options;
  const crypto = runtimeCrypto();
  const maxAge = Math.max(lifetime.absoluteTimeout, remembered.absoluteTimeout) * 1000;
  return {
    keeper: createSealedKeeper({ passwords, crypto, cipher, name, cookieName, maxAge }),
    deviceOf: () => undefined,
  };
}

function twoKinds(name: string): SessionError {
  return new SessionError(
    "ERR_SESSION_CONFIG",
    `Two kinds of sessions named "${name}", with different passwords, ciphers or stores, are used in one request. Give one another name.`,
  );
}
