import { createCircuit, STORE_TIMEOUT } from "../../circuit.ts";
import { clientAddress } from "../../client-address.ts";
import { foldAddress } from "../../core/address-text.ts";
import { SessionError } from "../../core/errors.ts";
import { loadOnce } from "../../core/maybe-promise.ts";
import type { Exchange } from "../../exchange.ts";
import type { SessionParts } from "../../parts.ts";
import type { SessionStore } from "../../stores/store.ts";
import { createThrottle, type Limit, type Throttle } from "../throttle.ts";
import { refuse, type LoginRefusal } from "./outcome.ts";

/** How many wrong passwords are allowed; see {@link createThrottle} for how a limit fills up again. */
export interface ThrottleOptions {
  /**
   * For one account, from all devices together that nobody has logged in to it on before. Each device on
   * which somebody has gets the same number for itself. @default { limit: 10, window: 900 }
   */
  readonly account?: Limit | undefined;
  /**
   * From one address (of IPv6: from one /64), for all accounts together; `false` where addresses are not known.
   *
   * @default { limit: 100, window: 900 }
   */
  readonly address?: Limit | false | undefined;
  /**
   * Where attempts are counted. @default the sessions' own store; for sealed sessions the memory of this
   * process, for the latest 100,000 accounts and addresses
   */
  readonly store?: SessionStore | undefined;
}

/** One attempt that is allowed. Until it turns out to have been none, it counts as a wrong password. */
export interface Attempt {
  /** The password was right. */
  succeed(): Promise<void>;
  /** Nobody has looked at the password. */
  cancel(): Promise<void>;
}

/** The limits of a login. */
export interface Limits {
  /**
   * @param account - Whose account it is, or would be.
   * @param device - What {@link KnownDevices.find} answered.
   */
  attempt(exchange: Exchange, account: string, device: string | undefined): Promise<Attempt | LoginRefusal>;
  /** Forgets the wrong passwords of an account, as its password is another now. */
  forget(account: string): Promise<void>;
}

const ACCOUNT: Limit = { limit: 10, window: 900 };
const ADDRESS: Limit = { limit: 100, window: 900 };
/** Some 50 MB. */
const MAX_COUNTED = 100_000;

/** Builds them, of options that are checked; `false` allows everything, where something else counts. */
export function createLimits(options: ThrottleOptions | false, parts: SessionParts): Limits {
  if (options === false) return { attempt: async () => UNCOUNTED, forget: async () => {} };
  const { account: accountLimit = ACCOUNT, address: addressLimit = ADDRESS } = options;
  const { now, trust } = parts;
  const throttle = loadOnce<Throttle>(async () =>
    createThrottle({ store: await storeOf(options, parts), now }),
  );

  function addressKey(exchange: Exchange): string {
    const address = clientAddress(exchange, trust);
    const folded = address === undefined ? undefined : foldAddress(address);
    if (folded !== undefined) return `address ${folded}`;
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "A login is limited by address, and the address of this request is not known: tell it (withSessions' address, trustProxy), or set throttle: { address: false }.",
    );
  }

  async function giveBackTo(address: string | undefined): Promise<void> {
    if (addressLimit === false || address === undefined) return;
    await (await throttle()).giveBack(address, steady(addressLimit));
  }

  const attemptOf = (key: string, limit: Limit, address?: string): Attempt => ({
    async succeed() {
      // A right password says nothing about the others that came from this address.
      await giveBackTo(address);
      await (await throttle()).clear(key);
    },
    async cancel() {
      await giveBackTo(address);
      await (await throttle()).giveBack(key, limit);
    },
  });

  return {
    async attempt(exchange, account, device) {
      const counts = await throttle();
      // Whoever has logged in here before is stopped neither by guesses made elsewhere nor by a neighbour's.
      if (device !== undefined) {
        const key = `device ${device}`;
        if ((await counts.take(key, accountLimit)).allowed) return attemptOf(key, accountLimit);
      }
      const address = addressLimit === false ? undefined : addressKey(exchange);
      if (addressLimit !== false && address !== undefined) {
        const taken = await counts.take(address, steady(addressLimit));
        if (!taken.allowed) return refuse("throttled", taken.retryAfter);
      }
      const key = bucketKey(account);
      const taken = await counts.take(key, accountLimit);
      return taken.allowed ? attemptOf(key, accountLimit, address) : refuse("throttled", taken.retryAfter);
    },

    forget: async (account) => (await throttle()).clear(bucketKey(account)),
  };
}

/** An address may be that of a school with a thousand users, who all mistype now and then: its pauses do not grow. */
const steady = (limit: Limit): Limit => ({ ...limit, steady: true });

/** A store that answers in time; for sealed sessions one in memory, loaded when somebody logs in. */
async function storeOf({ store }: ThrottleOptions, parts: SessionParts): Promise<SessionStore> {
  if (store !== undefined) return createCircuit(store, { timeout: STORE_TIMEOUT }).store;
  if (parts.store !== undefined) return parts.store();
  const { boundedStore } = await import("./bounded-store.ts");
  return boundedStore(parts.now, MAX_COUNTED);
}

const bucketKey = (account: string): string => `account ${account}`;

const UNCOUNTED: Attempt = { succeed: async () => {}, cancel: async () => {} };
