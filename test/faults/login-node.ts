import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { createGuard, createLogin, withSessions } from "../../src/adapters/fetch/index.ts";
import type { ThrottleOptions } from "../../src/auth/login/limits.ts";
import { createPasswords, type PasswordOptions } from "../../src/auth/password.ts";
import { createSessions } from "../../src/sessions.ts";
import { openStore, type StoreConfig } from "./support/store-config.ts";

/** What a node that people log in on is told when it is started. */
export interface LoginNodeConfig {
  /** @default sealed sessions */
  readonly store?: StoreConfig | undefined;
  /** What a password hash costs. @default what it costs by default */
  readonly cost?: PasswordOptions | undefined;
  readonly throttle?: ThrottleOptions | false | undefined;
  /** Users named `user0` and so on, all with this password. */
  readonly users: number;
  readonly password: string;
}

/** What a node counts, and what it takes. */
export interface Measures {
  /** Passwords that were hashed so far, and how many at once at most. */
  readonly hashes: number;
  readonly mostAtOnce: number;
  readonly cores: number;
  /** Milliseconds of a processor that the thread of the event loop has used so far. */
  readonly loop: number;
  /** Megabytes that are held on to, garbage not counted, and that the process has at most. */
  readonly heap: number;
  readonly mostResident: number;
}

/** How often each status was answered. */
export type Statuses = Readonly<Record<string, number>>;

interface User {
  readonly name: string;
  readonly passwordHash: string;
}

// One node: a process of its own, which ends with the one that has started it.
process.on("disconnect", () => process.exit(0));
const config = JSON.parse(process.argv[2]!) as LoginNodeConfig;
const counts = countHashes();
const passwords = createPasswords(config.cost);
const passwordHash = await passwords.hash(config.password);
const users = new Map<string, User>();
for (let n = 0; n < config.users; n++) users.set(`user${n}`, { name: `user${n}`, passwordHash });
const sessions = createSessions<{ userId: string }>({
  ...(config.store === undefined
    ? { password: "a password of at least 32 characters, for tests" }
    : { store: await openStore(config.store), storeTimeout: 5 }),
  trustProxy: true,
});
const loadUser = (name: unknown) => users.get(String(name));
const login = createLogin<User, { userId: string }>({
  sessions,
  findUser: loadUser,
  userId: ({ name }) => name,
  passwords,
  throttle: config.throttle,
});
const guard = createGuard({ sessions, loadUser });

const routes: Record<string, (request: Request) => Promise<Response>> = {
  async "/login"(request) {
    const outcome = await login.login(request, await request.formData());
    if (outcome.ok) return Response.json(outcome);
    const { status, retryAfter } = outcome;
    const headers: HeadersInit = retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
    return Response.json(outcome, { status, headers });
  },
  "/read": async (request) => Response.json(await guard.requireUser(request)),
  "/guesses": async (request) => Response.json(await guesses(new URL(request.url).searchParams)),
  "/measures": async () => Response.json(measures()),
};
const handle = withSessions(async (request) => routes[new URL(request.url).pathname]!(request));

/** Wrong passwords, all at once, each from the next of so many addresses. */
async function guesses(query: URLSearchParams): Promise<Statuses> {
  const statuses: Record<string, number> = {};
  const one = async (n: number): Promise<void> => {
    const body = new URLSearchParams({ username: query.get("name")!, password: `wrong ${n}` });
    const headers = { "X-Forwarded-For": `192.0.2.${n % Number(query.get("addresses"))}` };
    const { status } = await handle(new Request("http://127.0.0.1/login", { method: "POST", body, headers }));
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: Number(query.get("times")) }, (_, n) => one(n)));
  return statuses;
}

let mostResident = 0;
setInterval(() => (mostResident = Math.max(mostResident, process.memoryUsage.rss())), 50).unref();
function measures(): Measures {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  const { hashes, mostAtOnce } = counts;
  const { user, system } = process.threadCpuUsage();
  return {
    hashes,
    mostAtOnce,
    cores: availableParallelism(),
    loop: (user + system) / 1000,
    heap: (heapUsed + external) / 2 ** 20,
    mostResident: mostResident / 2 ** 20,
  };
}

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  answer(handle, incoming, outgoing).catch((error: unknown) => {
    console.error(error);
    outgoing.writeHead(500).end("{}");
  });
});
server.listen(0, "127.0.0.1", 4096, () => process.send!({ port: (server.address() as AddressInfo).port }));

/** Counts what argon2 does: behind the queue, and whoever asks. */
function countHashes(): { hashes: number; mostAtOnce: number } {
  const counted = { hashes: 0, mostAtOnce: 0 };
  // What is imported later has the properties that are there by then.
  const argon2 = createRequire(import.meta.url)("@node-rs/argon2") as typeof import("@node-rs/argon2");
  const { hashRaw } = argon2;
  let running = 0;
  Object.assign(argon2, {
    async hashRaw(...args: Parameters<typeof hashRaw>) {
      counted.hashes++;
      counted.mostAtOnce = Math.max(counted.mostAtOnce, ++running);
      return hashRaw(...args).finally(() => running--);
    },
  });
  return counted;
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/" } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = method === "POST" ? Buffer.concat(chunks) : null;
  const headers = incoming.headers as Record<string, string>;
  const response = await handler(new Request(`http://127.0.0.1${url}`, { method, headers, body }));
  for (const [name, value] of response.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
  outgoing.setHeader("set-cookie", response.headers.getSetCookie());
  outgoing.writeHead(response.status).end(await response.text());
}
