import type { MaybePromise } from "../../core/maybe-promise.ts";
import { closeNode, firstAnswer, inTime } from "./connect.ts";
import type { RedisConnection, RedisNode, RedisStoreClient } from "./client.ts";
import type { StoreChange, StoreWatch } from "../store.ts";

/** How long a message may be on its way. */
const PROOF_MS = 2000;
const MAX_RETRY_MS = 1000;
/** After so many failed proofs the subscription is made anew: its client may have given up. */
const PROOFS_UNTIL_RENEWAL = 5;
/** Whatever a client of any kind tells of its connections; which of them broke is not always said. */
const EVENTS =
  "error reconnecting ready end terminated client-error topology-change node-error node-reconnecting node-ready node-disconnect".split(
    " ",
  );

interface Subscription {
  readonly client: RedisStoreClient;
  end(): Promise<void>;
}

/** The channel on which the scripts tell of changes: one subscription for all watches of a store. */
export interface RedisChannel {
  watch(listener: (change: StoreChange) => void): Promise<StoreWatch>;
  close(): Promise<void>;
}

/**
 * Makes the channel. After anything that a client tells of a connection it is in doubt: proofs are refused until a
 * message has made the way again, and then the listeners are told that they may have missed something.
 */
export function createChannel(connect: () => MaybePromise<RedisConnection>, name: string): RedisChannel {
  const listeners = new Set<(change: StoreChange) => void>();
  const proofs = new Map<string, () => void>();
  const origin = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
  let count = 0;
  let subscription: Promise<Subscription> | undefined;
  /** Counts the doubts. */
  let doubts = 0;
  let healthy = false;
  let recovering = false;
  let inDoubt = Promise.withResolvers<never>();
  inDoubt.promise.catch(() => undefined);

  /** A line for each change that the script made. */
  function receive(received: unknown): void {
    for (const line of (received as string).split("\n")) receiveLine(line);
  }

  function receiveLine(line: string): void {
    const [id = "", detail] = line.split(" ");
    // No id is empty: this is a proof.
    if (id === "") return proofs.get(line)?.();
    tell(detail === undefined ? { type: "deleted", id } : { type: "updated", id, version: Number(detail) });
  }

  function tell(change: StoreChange): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        console.error("coatcheck: a store's listener threw", error);
      }
    }
  }

  async function subscribe(): Promise<Subscription> {
    const { client, kind } = await connect();
    if (kind !== "node") {
      await client.subscribe(name, receive);
      return {
        client,
        end: async () =>
          void (await inTime(client.unsubscribe(name, receive), PROOF_MS).catch(() => undefined)),
      };
    }
    const own = (client as RedisNode).duplicate();
    // An error without a listener would end the process.
    own.on("error", ignore);
    try {
      const ready = firstAnswer(own);
      own.connect().catch(() => undefined);
      await inTime(ready, PROOF_MS);
      await inTime(own.subscribe(name, receive), PROOF_MS);
    } catch (error) {
      await closeNode(own);
      throw error;
    }
    return { client: own, end: () => closeNode(own) };
  }

  function open(): Promise<Subscription> {
    subscription ??= subscribe().then(
      (made) => {
        for (const event of EVENTS) made.client.on(event, doubt);
        // Recovery says so itself, after it has told what could be missed.
        if (!recovering) healthy = true;
        return made;
      },
      (error: unknown) => {
        subscription = undefined;
        throw error;
      },
    );
    return subscription;
  }

  async function end(): Promise<void> {
    const ending = subscription;
    subscription = undefined;
    healthy = false;
    if (ending === undefined) return;
    // A client of Sentinel or a cluster goes on trying to subscribe for as long as nobody answers it.
    await inTime(unsubscribe(ending), 2 * PROOF_MS).catch(ignore);
  }

  async function unsubscribe(ending: Promise<Subscription>): Promise<void> {
    const made = await ending.catch(ignore);
    if (made === undefined) return;
    for (const event of EVENTS) made.client.off(event, doubt);
    await made.end();
  }

  function doubt(): void {
    healthy = false;
    doubts++;
    inDoubt.reject(new Error("The subscription to Redis is interrupted."));
    inDoubt = Promise.withResolvers();
    inDoubt.promise.catch(() => undefined);
    if (!recovering) void recover();
  }

  async function recover(): Promise<void> {
    recovering = true;
    for (let failures = 0; listeners.size > 0;) {
      const before = doubts;
      const start = performance.now();
      try {
        if (failures >= PROOFS_UNTIL_RENEWAL) {
          failures = 0;
          await end();
        }
        await open();
        await prove();
        if (before !== doubts) continue;
        healthy = true;
        tell({ type: "missed" });
        break;
      } catch {
        // A new event means that something happens: look again at once.
        if (before !== doubts) continue;
        failures++;
        // The connection is open and dead.
        if (performance.now() - start >= PROOF_MS) failures = PROOFS_UNTIL_RENEWAL;
        await Promise.race([pause(Math.min(50 * 2 ** failures, MAX_RETRY_MS)), inDoubt.promise]).catch(
          ignore,
        );
      }
    }
    recovering = false;
    if (listeners.size === 0) await end();
  }

  /** Sends a message to itself. In a cluster through every primary: what each has told before comes before it. */
  async function prove(): Promise<void> {
    const connection = await connect();
    const interrupted = inDoubt.promise;
    const publishers = await inTime(connection.primaries(), PROOF_MS);
    await Promise.all(
      publishers.map(async (publisher) => {
        const message = ` ${origin} ${count++}`;
        const { promise, resolve } = Promise.withResolvers<void>();
        proofs.set(message, resolve);
        try {
          const published = publisher.publish(name, message);
          await inTime(Promise.race([published.then(() => promise), interrupted]), PROOF_MS);
        } finally {
          proofs.delete(message);
        }
      }),
    );
  }

  return {
    async watch(listener) {
      // A function of its own, so that one listener can watch twice.
      const mine = (change: StoreChange) => listener(change);
      listeners.add(mine);
      try {
        await open();
      } catch (error) {
        listeners.delete(mine);
        throw error;
      }
      return {
        async caughtUp() {
          if (!healthy || !listeners.has(mine)) throw new Error("The subscription to Redis is interrupted.");
          const before = doubts;
          try {
            await prove();
          } catch (error) {
            if (healthy && before === doubts) doubt();
            throw error;
          }
        },
        async stop() {
          listeners.delete(mine);
          if (listeners.size === 0) await end();
        },
      };
    },

    async close() {
      listeners.clear();
      await end();
    },
  };
}

function ignore(): void {}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
