import { vi, type Mock } from "vitest";
import { isSessionError, type SessionErrorCode } from "../../src/core/errors.ts";
import type { Data } from "../../src/core/json.ts";
import type { SessionEvent } from "../../src/events.ts";
import type { SessionOptions } from "../../src/options.ts";
import type { Session } from "../../src/session.ts";
import { createSessions, type Sessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { SessionRecord, SessionStore } from "../../src/stores/store.ts";
import {
  cookieAfter,
  fakeClock,
  testExchange,
  type FakeClock,
  type TestExchange,
} from "../../src/testing/index.ts";

export const PASSWORD = "a password of at least 32 characters, for tests";
export const OTHER_PASSWORD = "another password of 32 characters and more";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Both ways to keep a session: for `describe.each`. */
export const kinds = [
  { kind: "sealed", stored: false },
  { kind: "stored", stored: true },
] as const;

export type Kind = (typeof kinds)[number];

// oxlint-disable-next-line typescript/no-explicit-any -- as loose as createSessions without a type
export interface Setup<T extends object = Record<string, any>> {
  readonly sessions: Sessions<T>;
  readonly clock: FakeClock;
  /** The store, each method a spy; unused by sealed sessions. */
  readonly store: Required<SessionStore>;
  readonly events: SessionEvent[];
  /** A visitor with an empty cookie jar. */
  readonly browser: (cookie?: string) => Browser<T>;
}

/** Sessions of one kind on a clock that stands still, with everything that they do on record. */
// oxlint-disable-next-line typescript/no-explicit-any -- as loose as createSessions without a type
export function setUp<T extends object = Record<string, any>>(
  { stored }: Pick<Kind, "stored">,
  options: Omit<SessionOptions<T>, "now"> & { clock?: FakeClock } = {},
): Setup<T> {
  const { clock = fakeClock(), onEvent, ...rest } = options;
  const store = spiedStore(memoryStore({ now: clock.now }));
  const events: SessionEvent[] = [];
  const sessions = createSessions<T>({
    ...(stored ? { store } : { password: PASSWORD }),
    now: clock.now,
    onEvent(event) {
      events.push(event);
      return onEvent?.(event);
    },
    ...rest,
  });
  return { sessions, clock, store, events, browser: (cookie) => new Browser(sessions, cookie) };
}

const STORE_METHODS = [
  "find",
  "insert",
  "update",
  "delete",
  "findByUser",
  "deleteByUser",
  "deleteExpired",
] as const;

/** The spy of each store's insert, also after a test has put something before it. */
const insertions = new WeakMap<SessionStore, Mock<SessionStore["insert"]>>();

/** The same store, its methods watched by vitest. */
export function spiedStore(store: Required<SessionStore>): Required<SessionStore> {
  for (const method of STORE_METHODS) vi.spyOn(store, method);
  insertions.set(store, vi.mocked(store.insert));
  return store;
}

/** How often a spied store was asked and written to. */
export function storeCalls(store: SessionStore): { reads: number; writes: number } {
  const count = (methods: readonly (typeof STORE_METHODS)[number][]) =>
    methods.reduce((sum, method) => sum + vi.mocked(store[method]!).mock.calls.length, 0);
  return {
    reads: count(["find", "findByUser"]),
    writes: count(["insert", "update", "delete", "deleteByUser", "deleteExpired"]),
  };
}

/** One request that is being answered, and its session. */
export interface Visit<T extends object = Data> {
  readonly exchange: TestExchange;
  readonly session: Session<T>;
}

/** A visitor who keeps cookies as a browser does. Requests may overlap: a response counts when it is received. */
export class Browser<T extends object> {
  cookie: string | undefined;
  readonly #sessions: Sessions<T>;

  constructor(sessions: Sessions<T>, cookie?: string) {
    this.#sessions = sessions;
    this.cookie = cookie;
  }

  /** Starts a request. */
  async start(url?: string): Promise<Visit<T>> {
    const exchange = testExchange({ cookie: this.cookie, ...(url === undefined ? {} : { url }) });
    return { exchange, session: await this.#sessions.open(exchange) };
  }

  /** Gets the answer of a request, whatever else has come since it began. */
  receive({ exchange }: Pick<Visit<T>, "exchange">): void {
    exchange.flush();
    const latest = testExchange({ cookie: this.cookie });
    for (const line of exchange.headers.getSetCookie()) latest.headers.append("Set-Cookie", line);
    this.cookie = cookieAfter(latest);
  }

  /** One request from its beginning to its end. */
  async visit(during?: (session: Session<T>, exchange: TestExchange) => unknown): Promise<Visit<T>> {
    const visit = await this.start();
    // Touched, as a page that shows who is logged in does.
    void visit.session.data;
    try {
      await during?.(visit.session, visit.exchange);
    } finally {
      this.receive(visit);
    }
    return visit;
  }
}

/** The value of the one cookie in a `Cookie` header: the token. */
export function tokenIn(cookie: string | undefined): string {
  return cookie?.slice(cookie.indexOf("=") + 1) ?? "";
}

export function setCookies(exchange: TestExchange): string[] {
  return exchange.headers.getSetCookie();
}

/** The code of the session error that a call ends in; the call must not succeed, nor fail in any other way. */
export async function codeOf(call: () => unknown): Promise<SessionErrorCode> {
  return (await errorOf(call)).code;
}

export async function errorOf(call: () => unknown): Promise<Error & { code: SessionErrorCode }> {
  try {
    await call();
  } catch (error) {
    if (isSessionError(error)) return error;
    throw error;
  }
  throw new Error("The call succeeded, and a session error was expected.");
}

/** A promise that is resolved by hand: for a moment in the middle of an update. */
export function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** Why cookies were not accepted so far. */
export function rejections(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) => (event.type === "rejected" ? [event.reason] : []));
}

/** Every record of a spied store that a token opens at this moment. */
export async function recordsIn(store: SessionStore): Promise<SessionRecord[]> {
  const ids = new Set(insertions.get(store)!.mock.calls.map(([record]) => record.id));
  const found = await Promise.all([...ids].map((id) => store.find(id)));
  // Not what a rotation leaves behind: a mark that leads a logout in flight to the new record.
  return found.filter((record) => record !== undefined).filter(({ successor }) => successor === undefined);
}

/** Runs something else right before or after the next call of a store's method. */
export function interrupt(
  store: Required<SessionStore>,
  method: "find" | "insert" | "update" | "delete",
  when: "before" | "after",
  meanwhile: () => unknown,
): void {
  const uninterrupted = store[method] as (...args: unknown[]) => Promise<never>;
  let done = false;
  store[method] = async (...args: unknown[]) => {
    const first = !done;
    done = true;
    if (first && when === "before") await meanwhile();
    const answer = await uninterrupted.apply(store, args);
    if (first && when === "after") await meanwhile();
    return answer;
  };
}
