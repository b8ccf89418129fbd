import { deepEqual } from "node:assert/strict";
import { array, constantFrom, dictionary, integer, oneof, record, string } from "fast-check";
import type { Session } from "../../src/session.ts";
import { HOUR, MINUTE, SECOND, setUp, type Browser, type Kind } from "./harness.ts";

type Loose = Record<string, unknown>;

const IDLE = 30 * MINUTE;
const ABSOLUTE = 12 * HOUR;
const TOUCH = MINUTE;

/** What a session is expected to be, in the plainest terms. */
interface Expected {
  data: Loose;
  flash: Loose;
  createdAt: number;
  lastSeenAt: number;
  authenticatedAt: number | undefined;
}

type Step =
  | { readonly do: "patch"; readonly patch: Loose }
  | { readonly do: "user"; readonly userId: number | string | undefined }
  | { readonly do: "set flash" | "take flash"; readonly key: string }
  | { readonly do: "clear" | "rotate" | "read" };

const keys = constantFrom("a", "b", "constructor");
const values = oneof(
  integer(),
  string({ maxLength: 8 }),
  constantFrom(null, false, undefined, [], { x: [1] }),
);
const steps = oneof(
  record({
    do: constantFrom("patch" as const),
    patch: dictionary(keys, values, { maxKeys: 3, noNullPrototype: true }),
  }),
  record({ do: constantFrom("user" as const), userId: constantFrom(7, 8, "7", "", undefined) }),
  record({ do: constantFrom("set flash" as const, "take flash" as const), key: keys }),
  record({ do: constantFrom("clear" as const, "rotate" as const, "read" as const) }),
);
const waits = constantFrom(0, SECOND, TOUCH - 1, TOUCH, 10 * MINUTE, IDLE - 1, IDLE, 6 * HOUR);
export const stories = array(record({ wait: waits, steps: array(steps, { maxLength: 4 }) }), {
  minLength: 1,
  maxLength: 12,
});

/** Walks a visitor through requests, beside what the session is expected to be. */
export class Walk {
  readonly #given;
  readonly #browser: Browser<Loose>;
  #expected: Expected | undefined;

  constructor(kind: Kind) {
    this.#given = setUp<Loose>(kind);
    this.#browser = this.#given.browser();
  }

  async request(wait: number, all: readonly Step[]): Promise<void> {
    const { clock } = this.#given;
    clock.advance(wait);
    const now = clock.now();
    this.#arrive(now);
    await this.#browser.visit(async (session) => {
      deepEqual(this.#shown(session), this.#wanted());
      for (const step of all) {
        if (step.do === "patch") await session.update(step.patch);
        if (step.do === "user") await session.update((draft: Loose) => (draft["userId"] = step.userId));
        if (step.do === "rotate") await session.rotate();
        if (step.do === "clear") await session.clear();
        if (step.do === "set flash") await session.flash.set(step.key, now);
        if (step.do === "take flash")
          deepEqual(await session.flash.take(step.key), own(this.#expected?.flash, step.key));
        this.#apply(step, now);
        deepEqual(this.#shown(session), this.#wanted());
      }
    });
  }

  #arrive(now: number): void {
    const kept = this.#expected;
    if (kept === undefined) return;
    if (now >= kept.createdAt + ABSOLUTE || now >= kept.lastSeenAt + IDLE) this.#expected = undefined;
    else if (now - kept.lastSeenAt >= TOUCH) kept.lastSeenAt = now;
  }

  #apply(step: Step, now: number): void {
    const before = this.#expected;
    const data = { ...before?.data };
    const flash = { ...before?.flash };
    if (step.do === "clear") this.#expected = undefined;
    if (step.do === "rotate" && before !== undefined) before.lastSeenAt = now;
    if (step.do === "patch") Object.assign(data, step.patch);
    if (step.do === "user") data["userId"] = step.userId;
    if (step.do === "set flash") flash[step.key] = now;
    if (step.do === "take flash") delete flash[step.key];
    if (["clear", "rotate", "read"].includes(step.do)) return;

    const next = { data: withoutUndefined(data), flash };
    const { userId } = next.data;
    if (Object.keys(next.data).length + Object.keys(flash).length === 0) this.#expected = undefined;
    else if (before === undefined || before.data["userId"] !== userId)
      this.#expected = {
        ...next,
        createdAt: now,
        lastSeenAt: now,
        authenticatedAt: userId === undefined ? undefined : now,
      };
    else if (JSON.stringify(next) !== JSON.stringify({ data: before.data, flash: before.flash }))
      this.#expected = { ...before, ...next, lastSeenAt: now };
  }

  #wanted(): Loose {
    const kept = this.#expected;
    if (kept === undefined) return { data: {} };
    const expiresAt = Math.min(kept.createdAt + ABSOLUTE, kept.lastSeenAt + IDLE);
    const { data, createdAt, lastSeenAt, authenticatedAt } = kept;
    return { data, createdAt, lastSeenAt, authenticatedAt, expiresAt };
  }

  #shown(session: Session<Loose>): Loose {
    if (session.id === undefined) return { data: { ...session.data } };
    const { data, createdAt, lastSeenAt, authenticatedAt, expiresAt } = session;
    return { data, createdAt, lastSeenAt, authenticatedAt, expiresAt };
  }
}

const own = (values_: Loose | undefined, key: string): unknown =>
  values_ !== undefined && Object.hasOwn(values_, key) ? values_[key] : undefined;

const withoutUndefined = (data: Loose): Loose =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
