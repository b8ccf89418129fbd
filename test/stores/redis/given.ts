import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect } from "vitest";
import { createClient, type RedisClientOptions, type RedisClientType } from "redis";
import { redisStore, type RedisStoreClient, type RedisStoreOptions } from "../../../src/stores/redis.ts";
import type { DatabaseStore } from "../../../src/stores/store.ts";
import { PLACE } from "../../../src/stores/redis/record.ts";
import { storeContract, testRecord } from "../../../src/testing/index.ts";
import type { SessionRecord, StoreChange, StoreWatch } from "../../../src/stores/store.ts";

let prefixes = 0;

/** A prefix that no other store of these tests has. */
export const freshPrefix = (): string => `t${process.pid}-${++prefixes}:`;

/** A record that lives now, by the real clock. */
export function record(fields: Partial<SessionRecord> = {}): SessionRecord {
  return testRecord({ createdAt: Date.now(), ...fields });
}

/** A record as the store finds it: the same, with its place in the user's index. */
export function asFound(kept: SessionRecord): SessionRecord {
  return { ...kept, [PLACE]: expect.any(Object) as object } as SessionRecord;
}

/** Stores and clients that end together. */
export class Given {
  readonly #ends: (() => unknown)[] = [];

  async client(url: string, options: RedisClientOptions = {}): Promise<RedisClientType> {
    const client = createClient({ url, ...options }) as RedisClientType;
    client.on("error", () => {});
    await client.connect();
    this.#ends.push(() => client.destroy());
    return client;
  }

  store(options: RedisStoreOptions): DatabaseStore {
    const store = redisStore(options);
    this.#ends.push(() => store.close());
    return store;
  }

  /** A way to a port of which single connections can be made silent. */
  async link(port: number): Promise<{ url: string; silence(n: number): void }> {
    const sockets: [Socket, Socket][] = [];
    const server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      sockets.push([near, far]);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on("data", (data) => to.write(data));
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#ends.push(() => {
      for (const socket of sockets.flat()) socket.destroy();
      server.close();
    });
    return {
      url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
      silence(n) {
        for (const socket of sockets[n]!) socket.removeAllListeners("data").resume();
      },
    };
  }

  later(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Ends all, the latest first. */
  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }
}

/** The contract's lines, each over stores of a prefix of its own. @param as - How they are used. */
export function contractOver(
  makeOptions: () => RedisStoreOptions,
  as: (store: DatabaseStore) => DatabaseStore = (store) => store,
): { name: string; run: () => Promise<void> }[] {
  return storeContract.map(({ name, run }) => ({
    name,
    async run() {
      const given = new Given();
      try {
        await run((now) => as(given.store({ ...makeOptions(), prefix: freshPrefix(), now })));
      } finally {
        await given.end();
      }
    },
  }));
}

/** A store of which every record is found before it is replaced, as a session's is. */
export function replacingFound(store: DatabaseStore): DatabaseStore {
  return {
    ...store,
    async update(next, expectedVersion) {
      return store.update({ ...(await store.find(next.id)), ...next }, expectedVersion);
    },
  };
}

/** A watch that writes down what it is told. */
export interface Notes extends StoreWatch {
  readonly changes: StoreChange[];
  ids(type: StoreChange["type"]): string[];
}

export async function takeNotes(store: DatabaseStore): Promise<Notes> {
  const changes: StoreChange[] = [];
  const watch = await store.watch((change) => changes.push(change));
  return {
    caughtUp: () => watch.caughtUp(),
    stop: () => watch.stop(),
    changes,
    ids: (type) => changes.flatMap((one) => (one.type === type && "id" in one ? [one.id] : [])),
  };
}

/** A client that holds every script back until `hold` lets it go: between two steps of a store anything may happen. */
export function heldBack(client: RedisClientType, hold: () => Promise<unknown>): RedisStoreClient {
  const after =
    <Args extends unknown[]>(call: (...args: Args) => Promise<unknown>) =>
    async (...args: Args) => {
      await hold();
      return call(...args);
    };
  return {
    mGet: after((keys: string[]) => client.mGet(keys)),
    eval: after((script: string, options: { keys: string[]; arguments: string[] }) =>
      client.eval(script, options),
    ),
    evalSha: after((hash: string, options: { keys: string[]; arguments: string[] }) =>
      client.evalSha(hash, options),
    ),
    subscribe: (channel, listener) => client.subscribe(channel, listener),
    unsubscribe: (channel, listener) => client.unsubscribe(channel, listener),
    on: (event, listener) => client.on(event, listener),
    off: (event, listener) => client.off(event, listener),
    duplicate: () => client.duplicate(),
  };
}
