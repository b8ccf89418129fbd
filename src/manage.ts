import { parseAuthentication } from "./authentication.ts";
import { SessionError } from "./core/errors.ts";
import { isCanonicalBase64url } from "./core/token.ts";
import { parseDevice, type Device } from "./device.ts";
import type { Endings } from "./endings.ts";
import type { EventBody } from "./events.ts";
import type { Keeper } from "./keeper.ts";
import type { UserId } from "./options.ts";
import type { SessionRecord, SessionStore, StoreMethod } from "./stores/store.ts";

/** What can be known of somebody's session without being in it. Times in milliseconds since the epoch. */
export interface SessionInfo extends Device {
  /** Public id, equal to {@link Session.id} in the visitor's own requests. */
  readonly id: string;
  /** Whether it is the one that {@link SessionManagement.list} was told is the visitor's own. */
  readonly current: boolean;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly authenticatedAt: number | undefined;
  /** See {@link Session.methods}. */
  readonly methods: readonly string[];
}

/** What can be done to sessions from outside a request of theirs; it takes a store. */
export interface SessionManagement {
  /**
   * A user's living sessions, latest seen first; an empty list when there are none.
   *
   * @param options.current - The public id of the visitor's own, to be marked as such.
   * @throws SessionError `ERR_SESSION_UNSUPPORTED` for sealed sessions, `ERR_SESSION_STORE`
   */
  list(userId: UserId, options?: { readonly current?: string | undefined }): Promise<SessionInfo[]>;
  /**
   * Ends one session by its public id.
   *
   * @param options.userId - Only if it is this user's: for an id that a visitor has sent.
   * @returns whether there was such a session.
   * @throws SessionError as {@link SessionManagement.list}
   */
  revoke(id: string, options?: { readonly userId?: UserId | undefined }): Promise<boolean>;
  /**
   * Ends all sessions of a user.
   *
   * @param options.except - The public id of one to keep, such as the visitor's own.
   * @returns how many records ended; a session that changed its token in the last minutes counts more than once.
   * @throws SessionError as {@link SessionManagement.list}
   */
  revokeUser(userId: UserId, options?: { readonly except?: string | undefined }): Promise<number>;
  /**
   * Calls back once when a session is over: revoked, logged out, or removed after its expiry, on whichever node. A session that
   * got a new token for the same user is followed. At once when there is none of this id.
   *
   * ```ts
   * const stop = await sessions.onRevoked(session.id, () => socket.close());
   * ```
   *
   * @returns what stops it.
   * @throws SessionError as {@link SessionManagement.list}; `ERR_SESSION_UNSUPPORTED` also when the store cannot watch
   */
  onRevoked(id: string, listener: () => void): Promise<() => void>;
  /**
   * Removes expired records, in batches, so that no other query waits long. Run it now and then.
   *
   * @returns how many were removed.
   * @throws SessionError as {@link SessionManagement.list}
   */
  sweep(): Promise<number>;
}

const SWEEP_BATCH = 1000;
/** A SHA-256 in base64url. */
const ID_LENGTH = 43;

/** Builds it over a store that answers in time, or over none: then every method says that it needs one. */
export function createManagement(
  store: SessionStore | undefined,
  keeper: Keeper,
  emit: (event: EventBody) => void,
): SessionManagement {
  let endings: Promise<Endings> | undefined;

  return {
    async list(userId, { current } = {}) {
      const records = await able(store, "findByUser")(String(userId));
      const living = records.filter(({ successor }) => successor === undefined);
      return living.map((record) => infoOf(record, record.id === current));
    },

    async revoke(id, { userId } = {}) {
      const find = able(store, "find");
      // What a visitor made up is not worth a lookup.
      if (typeof id !== "string" || id.length !== ID_LENGTH || !isCanonicalBase64url(id)) return false;
      const record = await find(id);
      if (record === undefined || (userId !== undefined && record.userId !== String(userId))) return false;
      await keeper.end(record);
      emit({ type: "revoked", id });
      return true;
    },

    async revokeUser(userId, { except } = {}) {
      const remove = able(store, "deleteByUser");
      let count = await remove(String(userId), except);
      // A session that changes its token at this moment can slip past one pass of some stores, but not past one that finds nothing.
      if (store?.deletesAtOnce !== true)
        for (let removed = count; removed > 0; count += removed)
          removed = await remove(String(userId), except);
      emit({ type: "user-revoked", userId: String(userId), count });
      return count;
    },

    async onRevoked(id, listener) {
      const watchable = { ...store!, find: able(store, "find"), watch: able(store, "watch") };
      // Loaded by those alone who wait for something.
      endings ??= import("./endings.ts").then(({ Endings }) => new Endings(watchable));
      return (await endings).listen(id, listener);
    },

    async sweep() {
      const remove = able(store, "deleteExpired");
      let count = 0;
      for (let removed = SWEEP_BATCH; removed === SWEEP_BATCH; count += removed)
        removed = await remove(SWEEP_BATCH);
      emit({ type: "swept", count });
      return count;
    },
  };
}

function infoOf(record: SessionRecord, current: boolean): SessionInfo {
  const { id, createdAt, lastSeenAt, expiresAt, authenticatedAt, device } = record;
  const { methods = [] } = parseAuthentication(record.authentication);
  return { id, current, createdAt, lastSeenAt, expiresAt, authenticatedAt, methods, ...parseDevice(device) };
}

/** A store's method, if there is a store and it has it. */
function able<M extends StoreMethod>(
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
