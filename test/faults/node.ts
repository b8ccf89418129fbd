import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSessions, type Sessions } from "../../src/sessions.ts";
import { createApplication, type AppData } from "./support/application.ts";
import { cacheOver, openStore, type CacheConfig, type StoreConfig } from "./support/store-config.ts";

/** What a node is told when it is started. */
export interface NodeConfig {
  readonly store: StoreConfig;
  readonly cache?: CacheConfig | undefined;
  /** Seconds of patience with the store. @default that of createSessions */
  readonly storeTimeout?: number | undefined;
}

// One application node: a process of its own, which ends with the one that has started it.
process.on("disconnect", () => process.exit(0));
const config = JSON.parse(process.argv[2]!) as NodeConfig;
const store = await cacheOver(await openStore(config.store), config.cache);
const sessions: Sessions<AppData> = createSessions<AppData>({ store, storeTimeout: config.storeTimeout });
const handle = createApplication(sessions);

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { cookie = "" } = incoming.headers;
  const request = new Request(`http://127.0.0.1${incoming.url}`, { headers: { cookie } });
  const response = await handle(request);
  outgoing.setHeader("set-cookie", response.headers.getSetCookie());
  outgoing.writeHead(response.status, { "content-type": "application/json" });
  outgoing.end(await response.text());
}

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  answer(incoming, outgoing).catch((error: unknown) => {
    console.error(error);
    outgoing.writeHead(500).end("{}");
  });
});
server.listen(0, "127.0.0.1", 4096, () => process.send!({ port: (server.address() as AddressInfo).port }));
