import { setImmediate } from "node:timers/promises";
import { createSessions } from "coatcheck";
import { memoryStore } from "coatcheck/stores/memory";
import { BareExchange } from "../candidates/coatcheck.ts";
import { cookieHeader, SECRET } from "../candidates/candidate.ts";
import { SELDOM_NOTED } from "../candidates/settings.ts";
import { cacheOver } from "../candidates/stored/cache.ts";
import { SIZES, userOf, type Payload } from "../lib/payloads.ts";
import { scaled } from "../lib/scale.ts";
import { forge } from "../scenarios/tokens.ts";
import { usedBytes } from "./used.ts";

const VISITORS = 1000;
/** Requests after which everything that is kept for speed has been filled. */
const WARM_UP = (): number => scaled(100_000, 2000);
/** Requests after which the event loop turns. */
const TURN = 1024;
/**
 * How often the heap is looked at in the second half of the requests. What is kept of recent tokens fills up by 10 MB and is dropped
 * again, every 50,000 requests or so: only many looks between two such moments, at uneven distances, show what is beside it.
 */
const LOOKS = (): number => scaled(1000, 5);
/** Multiples of it modulo 1 lie as evenly as can be, and in no order. */
const GOLDEN = 0.618034;

/** Applications by name. */
export const applications = {
  "sealed sessions": () => createSessions<Payload>({ ...SELDOM_NOTED, password: SECRET }),
  "stored sessions, cached": () =>
    createSessions<Payload>({ ...SELDOM_NOTED, store: cacheOver(memoryStore()) }),
};

/** What many requests leave behind. */
export interface LongRun {
  /** Bytes by which the heap grows in the second half of them, for each request: the slope of the line that fits it best. */
  readonly growth: number;
  /** Megabytes in use when it was most, in that half. */
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
  const half = first + requests / 2;
  await serveAll(first, half);
  const step = requests / 2 / LOOKS();
  const looks: Look[] = [];
  for (let look = 0, done = half; look < LOOKS(); look++) {
    const next = Math.floor(half + (look + ((look * GOLDEN) % 1)) * step);
    await serveAll(done, next);
    done = next;
    looks.push({ done, used: await usedBytes() });
  }
  return { growth: slope(looks), heap: Math.max(...looks.map(({ used }) => used)) / 2 ** 20 };
}

interface Look {
  /** Requests so far. */
  readonly done: number;
  /** Bytes of the heap. */
  readonly used: number;
}

/** By how many bytes a request makes the heap grow, by least squares. */
function slope(looks: readonly Look[]): number {
  const sum = (of: (look: Look) => number): number => looks.reduce((total, look) => total + of(look), 0);
  const middle = sum(({ done }) => done) / looks.length;
  return sum(({ done, used }) => (done - middle) * used) / sum(({ done }) => (done - middle) ** 2);
}
