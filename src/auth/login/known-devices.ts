import { runtimeCrypto } from "../../crypto/runtime.ts";
import type { Exchange } from "../../exchange.ts";
import type { UserId } from "../../options.ts";
import { partsOf } from "../../parts.ts";
import { createSessions, type Sessions } from "../../sessions.ts";
import { DEVICE_SUFFIX } from "./check-options.ts";

/** Remembers on which devices users have logged in before. */
export interface KnownDevices {
  /**
   * Whether this user has logged in on this device before.
   *
   * @param userId - `undefined` for nobody, whom no device knows, after the same work.
   * @returns a key for what is counted of this user on this device; `undefined` when the device is new to this user.
   */
  find(exchange: Exchange, userId: UserId | undefined): Promise<string | undefined>;
  /** Notes that this user has logged in on this device. */
  add(exchange: Exchange, userId: UserId): Promise<void>;
}

interface Device {
  /** Hashes of the users' ids, the latest first. */
  users: string[];
}

const DAY = 24 * 60 * 60;
/** A browser that a family shares. */
const MAX_USERS = 8;
const USER_HASH_LENGTH = 22;

/**
 * Keeps a second, long-lived session for each device, in a cookie of its own that no logout takes away: whoever has it
 * has logged in here before, and is not locked out by what others guess. It logs nobody in.
 *
 * @see https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
export function createKnownDevices<T extends object>(sessions: Sessions<T>): KnownDevices {
  const { options, now } = partsOf(sessions);
  const { password, store, storeTimeout, trustProxy } = options;
  const devices = createSessions<Device>({
    password,
    store,
    storeTimeout,
    trustProxy,
    now,
    name: sessions.name + DEVICE_SUFFIX,
    cookie: { ...options.cookie, persistent: true },
    userId: () => undefined,
    idleTimeout: 180 * DAY,
    absoluteTimeout: 400 * DAY,
    touchInterval: DAY,
  });
  const hashOf = async (userId: UserId | undefined): Promise<string> =>
    // The type counts: 7 and "7" may be two users.
    (await runtimeCrypto().sha256(`user of a device ${JSON.stringify(userId)}`)).slice(0, USER_HASH_LENGTH);

  return {
    async find(exchange, userId) {
      const device = await devices.open(exchange);
      const { users = [] } = device.data;
      const hash = await hashOf(userId);
      return users.includes(hash) ? `${device.id} ${hash}` : undefined;
    },

    async add(exchange, userId) {
      const device = await devices.open(exchange);
      const hash = await hashOf(userId);
      if (device.data.users?.[0] === hash) return;
      await device.update((draft: Device) => {
        const others = (draft.users ?? []).filter((user) => user !== hash);
        draft.users = [hash, ...others].slice(0, MAX_USERS);
      });
    },
  };
}
