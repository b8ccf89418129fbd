import { SessionError } from "../../core/errors.ts";

/** A text as it comes from Redis: a string, or a Buffer where a client was made so. */
export interface Text {
  toString(): string;
}

/** What a script is called with. */
export interface RedisScriptOptions {
  keys: string[];
  arguments: string[];
}

/**
 * What the store uses of a connected client of the `redis` package: from `createClient`, `createSentinel` or
 * `createCluster`.
 */
export interface RedisStoreClient {
  mGet(keys: string[]): Promise<unknown>;
  eval(script: string, options: RedisScriptOptions): Promise<unknown>;
  evalSha(hash: string, options: RedisScriptOptions): Promise<unknown>;
  subscribe(channel: string, listener: (message: unknown) => void): Promise<unknown>;
  unsubscribe(channel: string, listener: (message: unknown) => void): Promise<unknown>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  duplicate(): unknown;
}

/** What is asked of one primary. */
export interface RedisPrimary {
  readonly options?: {
    readonly socket?: { readonly host?: string; readonly tls?: boolean };
    readonly clientSideCache?: unknown;
  };
  publish(channel: string, message: string): Promise<unknown>;
  info(): Promise<unknown>;
  configGet(name: string): Promise<unknown>;
}

/** One node, as `createClient` and a cluster's `nodeClient` give it. */
export interface RedisNode extends RedisStoreClient, RedisPrimary {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  publish(channel: string, message: string): Promise<unknown>;
  ping(): Promise<unknown>;
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
  destroy(): void;
  duplicate(): RedisNode;
}

/** A client, and what has to be known of it. */
export interface RedisConnection {
  readonly client: RedisStoreClient;
  /** Of `sentinel` and `cluster` a subscription has its own connection. */
  readonly kind: "node" | "sentinel" | "cluster";
  /** Whether `mGet` asks the primary: not a replica, nor a cache in the client, which hears of a logout later. */
  readonly getsFromPrimary: boolean;
  /** The primaries, each to be asked for itself. */
  primaries(): Promise<RedisPrimary[]>;
}

/** Finds out what kind of client was passed in. @throws {SessionError} ERR_SESSION_CONFIG when it is none. */
export function connectionOf(client: RedisStoreClient): RedisConnection {
  const methods = ["mGet", "eval", "evalSha", "subscribe", "unsubscribe", "on", "off", "duplicate"];
  const parts = client as unknown as Record<string, unknown> | null | undefined;
  const missing = methods.filter((name) => typeof parts?.[name] !== "function");
  if (missing.length > 0)
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      `redisStore() needs a client of the "redis" package, from createClient, createSentinel or createCluster; this one has no ${missing.join(", ")}.`,
    );
  const special = client as unknown as {
    masters?: readonly unknown[];
    nodeClient?(node: unknown): Promise<RedisNode>;
    acquire?: unknown;
    sendCommand(isReadonly: boolean, args: string[]): Promise<unknown>;
  };
  if (special.masters !== undefined && special.nodeClient !== undefined)
    return {
      client,
      kind: "cluster",
      getsFromPrimary: false,
      primaries: () => Promise.all(special.masters!.map((node) => special.nodeClient!(node))),
    };
  if (special.acquire !== undefined) {
    // The client's own methods may go to a replica: from there no message comes to the primary's subscribers.
    const primary: RedisPrimary = {
      publish: (channel, message) => special.sendCommand(false, ["PUBLISH", channel, message]),
      info: () => special.sendCommand(false, ["INFO"]),
      configGet: (name) => special.sendCommand(false, ["CONFIG", "GET", name]),
    };
    return { client, kind: "sentinel", getsFromPrimary: false, primaries: async () => [primary] };
  }
  const node = client as RedisNode;
  const getsFromPrimary = node.options?.clientSideCache === undefined;
  return { client, kind: "node", getsFromPrimary, primaries: async () => [node] };
}
