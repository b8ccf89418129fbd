import { setImmediate } from "node:timers/promises";
import { createSessions } from "coatcheck";
import { cachedStore } from "coatcheck/stores/cached";
import { memoryStore } from "coatcheck/stores/memory";
import { BareExchange } from "../candidates/coatcheck.ts";
import { cookieHeader, SECRET } from "../candidates/candidate.ts";
import { SIZES, userOf, type Payload } from "../lib/payloads.ts";
import { scaled } from "../lib/scale.ts";
import { forge } from "../scenarios/tokens.ts";
import { usedBytes } from "./used.ts";

const VISITORS = 1000;
/** Requests after which everything that is kept for speed has been filled. */
const WARM_UP = (): number => scaled(100_000, 2000);
/** Requests after which the event loop turns. */
const TURN = 1024;

const options = { touchInterval: 1200 };

/** Applications by name. */
export const applications = {
  "sealed sessions": () => createSessions<Payload>({ ...options, password: SECRET }),
  "stored sessions, cached": () =>
    createSessions<Payload>({ ...options, store: cachedStore(memoryStore(), { maxAge: 3600 }) }),
};

/** What many requests leave behind. */
export interface LongRun {
  /** Bytes by which the heap has grown, for each request. */
  readonly growth: number;
  /** Megabytes in use afterwards. */
  readonly heap: number;
}

/** Serves so many requests: of ten, one is forged, one anonymous, one changes its session, and the others read. */
export async function serveMany(name: keyof typeof applications, requests: number): Promise<LongRun> {
  const sessions = applications[name]();
  const cookies: string[] = [];
  for (let i = 0; i < VISITORS; i++) {
    const exchange = new BareExchange(null);
    await (await sessions.open(exchange)).update(SIZES.medium.make(i));
    cookies.push(cookieHeader(exchange.line!));
  }

  async function serve(i: number): Promise<void> {
    // Ten and the number of visitors are no multiples of it: each of them does everything in turn.
    const visitor = (i * 7) % VISITORS;
    const kind = (i + Math.floor(i / VISITORS)) % 10;
    const cookie = kind === 0 ? forge(cookies[visitor]!) : kind === 1 ? "theme=dark" : cookies[visitor]!;
    const exchange = new BareExchange(cookie);
    const session = await sessions.open(exchange);
    if (session.data.userId !== (kind < 2 ? undefined : userOf(visitor)))
      throw new Error(`A wrong answer to request ${i}.`);
    if (kind !== 2) return;
    await session.update({ role: `prefect ${i}` });
    if (exchange.line !== undefined) cookies[visitor] = cookieHeader(exchange.line);
  }

  async function serveAll(from: number, to: number): Promise<void> {
    for (let i = from; i < to; i++) {
      await serve(i);
      if (i % TURN === 0) await setImmediate();
    }
  }

  const first = WARM_UP();
  await serveAll(0, first);
  const before = await usedBytes();
  await serveAll(first, first + requests);
  const after = await usedBytes();
  return { growth: (after - before) / requests, heap: after / 2 ** 20 };
}
