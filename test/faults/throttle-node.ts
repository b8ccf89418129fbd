import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createThrottle, type Limit, type Throttle } from "../../src/auth/throttle.ts";
import { isSessionError } from "../../src/core/errors.ts";
import { cacheOver, openStore, type CacheConfig, type StoreConfig } from "./support/store-config.ts";

/** What a node that counts attempts is told when it is started. */
export interface ThrottleNodeConfig {
  readonly store: StoreConfig;
  readonly cache?: CacheConfig | undefined;
  /** Milliseconds that its clock is ahead. */
  readonly ahead?: number;
}

/** How often each answer was given: "allowed", "refused", "done", or an error's code. */
export type Answers = Readonly<Record<string, number>>;

// One node: a process of its own, which ends with the one that has started it.
process.on("disconnect", () => process.exit(0));
const config = JSON.parse(process.argv[2]!) as ThrottleNodeConfig;
const now = (): number => Date.now() + (config.ahead ?? 0);
const store = await cacheOver(await openStore(config.store, now), config.cache);
const throttle = createThrottle({ store, now });

const limitIn = (query: URLSearchParams): Limit => ({
  limit: Number(query.get("limit")),
  window: Number(query.get("window")),
});
const routes: Record<
  string,
  (key: string, limit: Limit) => ReturnType<Throttle["take"] | Throttle["clear"]>
> = {
  "/take": (key, limit) => throttle.take(key, limit),
  "/give-back": (key, limit) => throttle.giveBack(key, limit),
  "/clear": (key) => throttle.clear(key),
};

async function answer(url: URL): Promise<Answers> {
  const route = routes[url.pathname]!;
  const answers: Record<string, number> = {};
  const one = async (): Promise<void> => {
    const said = await route(url.searchParams.get("key")!, limitIn(url.searchParams)).then(
      (taken) => (taken === undefined ? "done" : taken.allowed ? "allowed" : "refused"),
      (error: unknown) => (isSessionError(error) ? error.code : String(error)),
    );
    answers[said] = (answers[said] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: Number(url.searchParams.get("times")) }, one));
  return answers;
}

const server = createServer((incoming, outgoing) => {
  answer(new URL(incoming.url!, "http://127.0.0.1")).then(
    (answers) => outgoing.end(JSON.stringify({ answers })),
    (error: unknown) => outgoing.writeHead(500).end(JSON.stringify({ answers: { [String(error)]: 1 } })),
  );
});
server.listen(0, "127.0.0.1", () => process.send!({ port: (server.address() as AddressInfo).port }));
