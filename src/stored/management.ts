import { parseAuthentication } from "../authentication.ts";
import { SessionError } from "../core/errors.ts";
import type { EventBody } from "../events.ts";
import type { Keeper } from "../keeper.ts";
import type { SessionInfo, SessionManagement } from "../manage.ts";
import type { SessionRecord, SessionStore, StoreMethod } from "../stores/store.ts";
import { userKey } from "../user-key.ts";
import { parseDevice } from "./device.ts";
import { isTokenOrId } from "./keeper.ts";

const SWEEP_BATCH = 1000;

/** Builds it for the sessions of a name, over a store that answers in time. */
export function createStoreManagement(
  name: string,
  store: SessionStore,
  keeper: Keeper,
  emit: (event: EventBody) => void,
): Omit<SessionManagement, "onRevoked"> {
  return {
    async list(userId, { current } = {}) {
      const records = await able(store, "findByUser")(userKey(name, userId));
      const living = records.filter(({ successor }) => successor === undefined);
      return living.map((record) => infoOf(record, record.id === current));
    },

    async revoke(id, { userId } = {}) {
      const find = able(store, "find");
      // What a visitor made up is not worth a lookup.
      if (typeof id !== "string" || !isTokenOrId(id)) return false;
      const record = await find(id);
      if (record === undefined) return false;
      if (userId !== undefined && record.userId !== userKey(name, userId)) return false;
      await keeper.end(record);
      emit({ type: "revoked", id });
      return true;
    },

    async revokeUser(userId, { except } = {}) {
      const remove = able(store, "deleteByUser");
      const key = userKey(name, userId);
      let count = await remove(key, except);
      // A session that changes its token at this moment can slip past one pass of some stores, but not past
      // one that finds nothing.
      if (store.deletesAtOnce !== true)
        for (let removed = count; removed > 0; count += removed) removed = await remove(key, except);
      emit({ type: "user-revoked", userId: String(userId), count });
      return count;
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

/** A store's method, if it has it. */
function able<M extends StoreMethod>(store: SessionStore, method: M): NonNullable<SessionStore[M]> {
  const found = store[method];
  if (found !== undefined) return found.bind(store) as NonNullable<SessionStore[M]>;
  throw new SessionError("ERR_SESSION_UNSUPPORTED", `This store has no ${method}.`);
}
