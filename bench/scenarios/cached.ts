import { createSessions, type SessionStore } from "coatcheck";
import { memoryStore } from "coatcheck/stores/memory";
import { chain } from "../../src/core/maybe-promise.ts";
import { cookieHeader } from "../candidates/candidate.ts";
import { BareExchange, coatcheck } from "../candidates/coatcheck.ts";
import { SELDOM_NOTED } from "../candidates/settings.ts";
import { cacheOver } from "../candidates/stored/cache.ts";
import { userOf, type Payload, type Size } from "../lib/payloads.ts";
import { scaled } from "../lib/scale.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Task } from "../lib/task.ts";
import { CACHED } from "./expectations.ts";
import { recentTask } from "./tokens.ts";

/** Visitors who come back in turn, as in the scenario of recent tokens. */
const VISITORS = (): number => scaled(1000, 8);

const CACHED_READ = "stored, read from the cache";

/** A stored session that is in the cache, beside a sealed one of a visitor who was here lately. */
export function cachedRead(size: Size, isExpected: boolean): Scenario {
  return {
    name: `cached ${size.name}`,
    table: `cached ${size.name}`,
    title: `A request that reads a stored session, ${size.name} of data`,
    base: coatcheck.name,
    tasks: [
      recentTask(coatcheck, size),
      readTask("stored in memory", size, () => memoryStore()),
      readTask(CACHED_READ, size, () => cacheOver(memoryStore())),
    ],
    claims: isExpected ? [{ subject: CACHED_READ, atMost: CACHED }] : [],
  };
}

function readTask(name: string, size: Size, makeStore: () => SessionStore): Task {
  return {
    name,
    inFlight: 1,
    async prepare() {
      const sessions = createSessions<Payload>({ store: makeStore(), ...SELDOM_NOTED });
      const cookies: string[] = [];
      for (let i = 0; i < VISITORS(); i++) {
        const exchange = new BareExchange(null);
        const session = await sessions.open(exchange);
        await session.update(size.make(i));
        cookies.push(cookieHeader(exchange.line!));
      }
      return {
        run: (i) =>
          chain(sessions.open(new BareExchange(cookies[i % cookies.length]!)), ({ data }) => data.userId),
        isRight: (answer, i) => answer === userOf(i % cookies.length),
      };
    },
  };
}
