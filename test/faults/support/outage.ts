import { setTimeout as delay } from "node:timers/promises";
import type { TestNode } from "../../support/nodes.ts";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.ts";
import { startApplication, startDatabase, type Database, type StoreKind } from "./cluster.ts";
import { login, send, succeed, type Answer } from "./http.ts";
import type { CacheConfig, StoreConfig } from "./store-config.ts";

/** How a store goes away. */
export type Failure = "killed" | "paused" | "black-holed" | "refused";

/** A node whose way to its database leads through a proxy, and one that goes there directly. */
export interface Site {
  readonly database: Database;
  readonly proxy: TcpProxy;
  readonly node: TestNode;
  readonly other: TestNode;
  stop(): Promise<void>;
}

export async function startSite(kind: StoreKind, cache?: CacheConfig): Promise<Site> {
  const database = await startDatabase(kind, { appendonly: "always" });
  const proxy = await startTcpProxy(database.server!.port);
  const through = { ...(database.config as Extract<StoreConfig, { url: string }>) };
  const url = new URL(through.url);
  url.port = String(proxy.port);
  const [node, other] = await Promise.all([
    startApplication({ ...through, url: url.href }, { cache }),
    startApplication(database.config, { cache }),
  ]);
  return {
    database,
    proxy,
    node,
    other,
    async stop() {
      await Promise.all([node.kill(), other.kill()]);
      await proxy.stop();
      await database.stop();
    },
  };
}

/** Takes the store away from the node. @returns what brings it back */
export async function fail({ database, proxy }: Site, failure: Failure): Promise<() => Promise<void>> {
  const server = database.server!;
  switch (failure) {
    case "killed":
      await server.kill();
      return () => server.start();
    case "paused":
      server.pause();
      return async () => server.resume();
    default:
      proxy.set(failure === "refused" ? "refuse" : "drop");
      return async () => proxy.set("forward");
  }
}

/** A visitor who comes back all the time, and what he was answered. */
export interface Regular {
  readonly token: string;
  readonly answers: Answer[];
}

/** Visitors of every kind: logged in, revoked, and with a token that somebody made up. */
export type Visitors = Readonly<Record<"in" | "out" | "forged", Regular>>;

/** Which statuses each of them was answered. */
export function statusesOf(visitors: Visitors): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(visitors).map(([name, { answers }]) => [
      name,
      [...new Set(answers.map(({ status }) => status))].toSorted((a, b) => a - b),
    ]),
  );
}

/** For what comes next. */
export function forgetAnswers(visitors: Visitors): void {
  for (const { answers } of Object.values(visitors)) answers.length = 0;
}

/** Logs visitors in, and lets the node see all of them once. */
export async function gather({ node, other }: Site): Promise<Visitors> {
  const [inside, outside] = [await login(node, "inside"), await login(node, "outside")];
  await succeed(other, `/revoke?id=${outside.id}`);
  const forged = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
  const regular = (token: string): Regular => ({ token, answers: [] });
  return { in: regular(inside.token), out: regular(outside.token), forged: regular(forged) };
}

/**
 * Has all visitors ask the guard again and again for so long.
 *
 * @returns how long a request took at most that asked neither guard nor store: what the machine is late by itself.
 */
export async function besiege(
  node: TestNode,
  visitors: Visitors,
  milliseconds: number,
  everyMs = 25,
): Promise<number> {
  const asked: Promise<unknown>[] = [];
  const control: Answer[] = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    for (const regular of Object.values(visitors))
      asked.push(send(node, "/read", regular.token).then((answer) => regular.answers.push(answer)));
    asked.push(send(node, "/nothing").then((answer) => control.push(answer)));
    await delay(everyMs);
  }
  await Promise.all(asked);
  return Math.max(...control.map(({ start, end: answered }) => answered - start));
}

/** Milliseconds until a visitor who is logged in is served again. */
export async function timeToServe(node: TestNode, token: string, limit = 10_000): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { status, end } = await send(node, "/read", token);
    if (status === 200) return end - start;
    if (end - start > limit) return Infinity;
    await delay(10);
  }
}

/** Megabytes that a node holds on to, garbage not counted. */
export async function memoryOf(node: TestNode): Promise<number> {
  return (await succeed(node, "/memory")).reply.number! / 2 ** 20;
}
