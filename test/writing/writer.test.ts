import { afterEach, describe, expect, test, vi } from "vitest";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieAfter, testExchange } from "../../src/testing/index.ts";
import { PASSWORD } from "../sessions/harness.ts";

const PART = "../../src/writing/writer.ts";

interface Data {
  readonly userId?: number;
  readonly n?: number;
}

const kinds = [
  { kind: "sealed", options: () => ({ password: PASSWORD }) },
  { kind: "stored", options: () => ({ store: memoryStore() }) },
];

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

afterEach(() => {
  vi.doUnmock(PART);
});

describe.each(kinds)("what writes need of $kind sessions", ({ options }) => {
  test("serves writes that came before it was there, in their order", async () => {
    const sessions = createSessions<Data>(options());
    const exchange = testExchange();
    const session = await sessions.open(exchange);
    const order: number[] = [];
    const update = async (n: number) => {
      await session.update((data) => void order.push(data.n ?? 0, n));
      await session.update({ n });
    };
    const flash = session.flash.set("note", "kept");
    await Promise.all([update(1), flash]);
    await update(2);
    expect(order).toEqual([0, 1, 1, 2]);
    expect(session.data).toEqual({ n: 2 });
    const again = await sessions.open(testExchange({ cookie: cookieAfter(exchange) }));
    expect([again.data, await again.flash.take("note")]).toEqual([{ n: 2 }, "kept"]);
  });

  test("does not bring back what a logout ended while it was being loaded", async () => {
    const sessions = createSessions<Data>(options());
    const first = testExchange();
    await (await sessions.open(first)).update({ userId: 7 });
    const late = createSessions<Data>(options());
    const session = await late.open(testExchange({ cookie: cookieAfter(first) }));
    const slow = session.update(async (data) => {
      await nextTurn();
      return { ...data, n: 1 };
    });
    await Promise.all([session.clear(), expect(slow).rejects.toMatchObject({ code: "ERR_SESSION_REVOKED" })]);
    expect(session.data).toEqual({});
  });

  test("fails the writes that need it when it cannot be loaded, each time, and is tried again", async () => {
    const given = options();
    const before = testExchange();
    await (await createSessions<Data>(given).open(before)).update({ n: 1 });

    const unhandled = vi.fn<() => void>();
    process.on("unhandledRejection", unhandled);
    vi.doMock(PART, () => {
      throw new Error("EMFILE: too many open files");
    });
    const sessions = createSessions<Data>(given);
    await nextTurn();
    await nextTurn();
    const session = await sessions.open(testExchange({ cookie: cookieAfter(before) }));
    // Reading needs none of it.
    expect(session.data).toEqual({ n: 1 });
    const writes: (() => Promise<unknown>)[] = [
      () => session.update({ n: 2 }),
      () => session.authenticate({ userId: 7 }, { methods: ["password"] }),
      () => session.rotate(),
      () => session.clear(),
      () => session.flash.set("a", 1),
      () => session.flash.take("a"),
    ];
    const emfile = { cause: { message: "EMFILE: too many open files" } };
    for (const write of writes) await expect(write()).rejects.toMatchObject(emfile);
    expect(unhandled).not.toHaveBeenCalled();
    process.off("unhandledRejection", unhandled);

    vi.doUnmock(PART);
    await session.update({ n: 3 });
    expect(session.data).toEqual({ n: 3 });
  });
});

test("a write whose response leaves while it is being loaded is an error, and nothing is kept", async () => {
  const store = memoryStore();
  const sessions = createSessions<Data>({ store });
  let writable = true;
  const exchange = { ...testExchange(), writable: () => writable };
  const session = await sessions.open(exchange);
  const updating = session.update({ userId: 7 });
  writable = false;
  await expect(updating).rejects.toMatchObject({ code: "ERR_SESSION_LATE_WRITE" });
  expect(await sessions.list(7)).toEqual([]);
});
