import { SessionError } from "./core/errors.ts";
import type { MaybePromise } from "./core/maybe-promise.ts";
import type { UserId } from "./options.ts";
import type { Device } from "./stored/device.ts";

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
   * Calls back once when a session is over: revoked or logged out, on whichever node, or expired, also where
   * nobody sweeps. A session that got a new token for the same user is followed. At once when there is none of
   * this id.
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

/**
 * Builds it over what does it.
 *
 * @param load - Loads that; `undefined` for sealed sessions: then every method says that it needs a store.
 */
export function createManagement(
  load: (() => MaybePromise<SessionManagement>) | undefined,
): SessionManagement {
  const loaded = async () => {
    if (load !== undefined) return load();
    throw new SessionError(
      "ERR_SESSION_UNSUPPORTED",
      "Sealed sessions live with the visitor: they cannot be listed, revoked or swept. Give createSessions a store.",
    );
  };
  return {
    list: async (...of) => (await loaded()).list(...of),
    revoke: async (...of) => (await loaded()).revoke(...of),
    revokeUser: async (...of) => (await loaded()).revokeUser(...of),
    onRevoked: async (...of) => (await loaded()).onRevoked(...of),
    sweep: async () => (await loaded()).sweep(),
  };
}
