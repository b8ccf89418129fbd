import { describe, expect, test } from "vitest";
import type { DeviceOptions } from "../../src/stored/device.ts";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieAfter, fakeClock, testExchange } from "../../src/testing/index.ts";
import { MINUTE, PASSWORD } from "./harness.ts";

interface From {
  readonly userAgent?: string;
  readonly address?: string;
  readonly forwarded?: string;
}

function setUp(devices: DeviceOptions = { userAgent: true, address: true }, trustProxy = false) {
  const clock = fakeClock();
  const sessions = createSessions<{ userId?: number; n?: number }>({
    store: memoryStore({ now: clock.now }),
    now: clock.now,
    devices,
    trustProxy,
  });
  let cookie: string | undefined;
  /** One request from a device, which may change the session. */
  async function visit(from: From, patch?: { userId?: number; n?: number }) {
    const headers: Record<string, string> = {};
    if (from.userAgent !== undefined) headers["user-agent"] = from.userAgent;
    if (from.forwarded !== undefined) headers["x-forwarded-for"] = from.forwarded;
    const exchange = { ...testExchange({ cookie, headers }), address: () => from.address };
    const session = await sessions.open(exchange);
    if (patch !== undefined) await session.update(patch);
    cookie = cookieAfter(exchange);
    return session;
  }
  const listed = async () =>
    (await sessions.list(7)).map(({ userAgent, address }) => ({ userAgent, address }));
  return { sessions, clock, visit, listed };
}

describe("the device of a session", () => {
  test("is recorded at login, as far as the options say", async () => {
    const from = { userAgent: "Owl/1.0", address: "192.0.2.7" };
    for (const [options, expected] of [
      [{}, { userAgent: undefined, address: undefined }],
      [{ userAgent: true }, { userAgent: "Owl/1.0", address: undefined }],
      [{ address: true }, { userAgent: undefined, address: "192.0.2.7" }],
      [{ userAgent: true, address: true }, from],
    ] as const) {
      const { visit, listed } = setUp(options);
      await visit(from, { userId: 7 });
      expect(await listed()).toEqual([expected]);
    }
  });

  test("is the latest one that was seen, when a visit is noted", async () => {
    const { visit, listed, clock } = setUp();
    await visit({ userAgent: "Owl/1.0", address: "192.0.2.7" }, { userId: 7 });
    await visit({ userAgent: "Owl/1.1", address: "192.0.2.8" });
    expect(await listed()).toEqual([{ userAgent: "Owl/1.0", address: "192.0.2.7" }]);
    clock.advance(MINUTE);
    await visit({ userAgent: "Owl/1.2", address: "2001:db8::9" });
    expect(await listed()).toEqual([{ userAgent: "Owl/1.2", address: "2001:db8::9" }]);
  });

  test("survives a rotation and is told with a change of user", async () => {
    const { visit, listed } = setUp();
    const session = await visit({ userAgent: "Owl/1.0" }, { n: 1 });
    await session.rotate();
    await session.update({ userId: 7 });
    expect(await listed()).toEqual([{ userAgent: "Owl/1.0", address: undefined }]);
  });

  test("is the address that the nearest proxy saw, and only where a proxy is trusted", async () => {
    const from = { address: "10.0.0.1", forwarded: "198.51.100.1, 192.0.2.7" };
    const trusting = setUp({ address: true }, true);
    await trusting.visit(from, { userId: 7 });
    expect((await trusting.listed())[0]!.address).toBe("192.0.2.7");
    const careful = setUp({ address: true });
    await careful.visit(from, { userId: 7 });
    expect((await careful.listed())[0]!.address).toBe("10.0.0.1");
  });

  test.each(["<script>", "", "x".repeat(300), "192.0.2.7; DROP"])(
    "is no address that is none (%j)",
    async (forwarded) => {
      const { visit, listed } = setUp({ address: true }, true);
      await visit({ forwarded }, { userId: 7 });
      expect(await listed()).toEqual([{ userAgent: undefined, address: undefined }]);
    },
  );

  test("has an IPv4 address as it is usually written, and no endless user agent", async () => {
    const { visit, listed } = setUp();
    await visit({ address: "::ffff:192.0.2.7", userAgent: "x".repeat(5000) }, { userId: 7 });
    expect(await listed()).toEqual([{ address: "192.0.2.7", userAgent: "x".repeat(512) }]);
  });
});

describe("list", () => {
  test("marks the visitor's own session", async () => {
    const { visit, sessions } = setUp();
    const { id } = await visit({}, { userId: 7 });
    await (await sessions.open(testExchange())).update({ userId: 7 });
    const marked = async (current?: string) =>
      (await sessions.list(7, { current })).filter((info) => info.current).map((info) => info.id);
    expect(await marked(id)).toEqual([id]);
    expect(await marked("another")).toEqual([]);
    expect(await marked()).toEqual([]);
  });
});

test.each([
  [{ devices: { userAgent: true } }, /devices needs a store/],
  [{ devices: { agent: true } }, /devices.agent is not an option/],
  [{ devices: { address: "yes" } }, /devices.address must be true or false/],
  [{ devices: true }, /devices must be an object/],
])("refuses %j", (options, problem) => {
  expect(() => createSessions({ password: PASSWORD, ...(options as object) })).toThrow(problem);
});
