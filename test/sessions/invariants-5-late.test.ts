import { expect, test } from "vitest";
import type { Session } from "../../src/session.ts";
import { codeOf, interrupt, recordsIn, setCookies, setUp } from "./harness.ts";

type Loose = Record<string, unknown>;

test.each(["before", "after"] as const)(
  "a session whose head leaves right %s its record is kept is an error, and no record stays behind",
  async (when) => {
    const { browser, store, events } = setUp<Loose>({ stored: true });
    const { session, exchange } = await browser().start();
    interrupt(store, "insert", when, () => exchange.flush());
    expect(await codeOf(() => session.update({ userId: 7 }))).toBe("ERR_SESSION_LATE_WRITE");
    expect([session.state, session.data]).toEqual(["fresh", {}]);
    expect(setCookies(exchange)).toEqual([]);
    expect(await recordsIn(store)).toEqual([]);
    expect(events).toEqual([]);
  },
);

const changes: { change: string; run: (session: Session<Loose>) => Promise<unknown> }[] = [
  { change: "login", run: (session) => session.update({ userId: 7 }) },
  { change: "rotation", run: (session) => session.rotate() },
];

test.each(changes)(
  "a $change that is under way when the head leaves is an error, and leaves no session that nobody holds",
  async ({ run }) => {
    const { browser, store } = setUp<Loose>({ stored: true });
    const visitor = browser();
    await visitor.visit((session) => session.update({ theme: "dark" }));
    const { session, exchange } = await visitor.start();
    interrupt(store, "update", "before", () => exchange.flush());
    expect(await codeOf(() => run(session))).toBe("ERR_SESSION_LATE_WRITE");
    expect(setCookies(exchange)).toEqual([]);
    expect(await recordsIn(store)).toEqual([]);
    expect(await codeOf(() => session.update({ theme: "light" }))).toBe("ERR_SESSION_REVOKED");
  },
);
