import { channel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { EVENT_CHANNEL } from "../../../src/events.ts";
import { isSessionError, SessionError } from "../../../src/core/errors.ts";
import { kinds } from "../../sessions/harness.ts";
import { cheap, dearer, GINNY, HARRY, setUp, WRONG, type Setup } from "./harness.ts";

const NEW = "a password that nobody had before";

/** Those that a login adds, without what every event has. */
function told({ events }: Setup): object[] {
  const ours = new Set(["login", "login-failed", "login-suspended", "confirmed"]);
  return events
    .filter(({ type }) => ours.has(type) || type.startsWith("password-"))
    .map((event) => ({ ...event, session: undefined, at: undefined }));
}

describe.each(kinds)("events of a login in a $kind session tell", (kind) => {
  test("who is in, how, from where and on which device", async () => {
    const setup = await setUp(kind);
    const { visitor, events, clock } = setup;
    const one = visitor();
    await one.login("Harry", HARRY);
    const { address } = one;
    const { id } = await one.session();
    expect(told(setup)).toEqual([
      { type: "login", id, userId: "7", methods: ["password"], address, newDevice: true },
    ]);
    expect(events.at(-1)).toMatchObject({ session: "session", at: clock.now() });
  });

  test("why somebody is not, and of users that exist whose name was given", async () => {
    const setup = await setUp(kind, { login: { throttle: { account: { limit: 2, window: 60 } } } });
    const { visitor, edit, verify } = setup;
    const one = visitor();
    const failed = (reason: string, userId?: string) => ({
      type: "login-failed",
      reason,
      userId,
      address: one.address,
    });
    edit(8, { disabled: true });
    await one.login("Harry", WRONG);
    await one.login("Voldemort", WRONG);
    await one.login("Ginny", GINNY);
    await one.login("Dobby", WRONG);
    await one.login("", "");
    await one.send({ identifier: "Harry", password: HARRY }, { "sec-fetch-site": "cross-site" });
    verify.mockRejectedValueOnce(new SessionError("ERR_SESSION_BUSY", "Too many."));
    await one.login("Harry", HARRY);
    await one.login("Harry", WRONG);
    await one.login("Harry", HARRY);
    await one.login("Voldemort", WRONG);
    await one.login("Voldemort", WRONG);
    expect(told(setup)).toEqual([
      failed("invalid", "7"),
      failed("invalid"),
      failed("invalid", "8"),
      failed("invalid", "9"),
      failed("invalid"),
      failed("cross-site"),
      failed("busy", "7"),
      failed("invalid", "7"),
      failed("throttled", "7"),
      failed("invalid"),
      failed("throttled"),
    ]);
  });

  test("which step is left, and that it was done, or came to nothing", async () => {
    const setup = await setUp(kind, { login: { nextStep: () => "totp" } });
    const { visitor, edit } = setup;
    const [one, other] = [visitor(), visitor()];
    const { address } = one;
    await one.login("Harry", HARRY);
    await one.finishLogin();
    const { id } = await one.session();
    await other.login("Ginny", GINNY);
    edit(8, { passwordHash: await cheap.hash(NEW) });
    await other.finishLogin();
    await visitor(address).finishLogin();
    expect(told(setup)).toEqual([
      { type: "login-suspended", userId: "7", step: "totp", address },
      { type: "login", id, userId: "7", methods: ["password", "totp"], address, newDevice: true },
      { type: "login-suspended", userId: "8", step: "totp", address: other.address },
      { type: "login-failed", reason: "anonymous", userId: "8", address: other.address },
      { type: "login-failed", reason: "anonymous", userId: undefined, address },
    ]);
  });

  test("of every password that is confirmed, changed, reset or hashed anew", async () => {
    const setup = await setUp(kind, { passwords: dearer });
    const { visitor, login, events } = setup;
    const one = visitor();
    const { address } = one;
    await one.login("Harry", HARRY);
    events.length = 0;
    await one.confirm(HARRY);
    const { id } = await one.session();
    await one.confirm(WRONG);
    await one.changePassword(HARRY, NEW);
    await login.resetPassword(8, NEW);
    await login.resetPassword(8, "weak");
    const nobody = visitor();
    await nobody.confirm(HARRY);
    await nobody.changePassword(HARRY, NEW);
    const anonymous = {
      type: "login-failed",
      reason: "anonymous",
      userId: undefined,
      address: nobody.address,
    };
    expect(told(setup)).toEqual([
      { type: "confirmed", id, userId: "7", address },
      { type: "login-failed", reason: "invalid", userId: "7", address },
      { type: "password-changed", userId: "7" },
      { type: "password-reset", userId: "8" },
      anonymous,
      anonymous,
    ]);
    events.length = 0;
    await visitor().login("Ginny", NEW);
    expect(told(setup).map((event) => (event as { type: string }).type)).toEqual(["login"]);
  });

  test("a hash that was renewed", async () => {
    const setup = await setUp(kind, { passwords: dearer });
    await setup.visitor().login("Harry", HARRY);
    expect(told(setup)[0]).toEqual({ type: "password-rehashed", userId: "7" });
  });
});

describe.each(kinds)("whatever happens in a $kind session", (kind) => {
  test("no event, outcome, error or complaint holds what was typed, nor a hash or token", async () => {
    const canaries = {
      name: "canary-in-the-name",
      password: "canary-in-the-password",
      wrong: "canary-in-a-wrong-password",
      next: "canary-in-the-next-password",
      weak: "canary",
      boom: "canary-of-the-database",
    };
    const heard: unknown[] = [];
    const listen = (event: unknown): void => void heard.push(event);
    channel(EVENT_CHANNEL).subscribe(listen);
    onTestFinished(() => {
      channel(EVENT_CHANNEL).unsubscribe(listen);
    });
    const complaints = vi.spyOn(console, "error").mockReturnValue(undefined);
    const setup = await setUp(kind, {
      passwords: dearer,
      login: {
        throttle: { account: { limit: 3, window: 60 }, address: false },
        nextStep: ({ id }) => (id === 8 ? "totp" : undefined),
      },
    });
    const { visitor, login, edit, verify, savePasswordHash, events, store } = setup;
    edit(7, { username: canaries.name, passwordHash: await cheap.hash(canaries.password) });
    edit(8, { passwordHash: await cheap.hash(canaries.password) });

    const answers: unknown[] = [];
    const hear = async (answer: Promise<unknown>): Promise<void> => {
      answers.push(
        await answer.catch((error: unknown) => (isSessionError(error) ? error : "the application's own")),
      );
    };
    const one = visitor();
    await hear(one.login(canaries.name, canaries.password));
    await hear(one.confirm(canaries.password));
    await hear(one.confirm(canaries.wrong));
    await hear(one.changePassword(canaries.password, canaries.weak));
    await hear(one.changePassword(canaries.password, canaries.next));
    savePasswordHash.mockResolvedValueOnce(canaries.boom as never);
    await hear(one.changePassword(canaries.next, canaries.password));
    await hear(login.resetPassword(7, canaries.weak));
    await hear(login.resetPassword(7, canaries.next));
    for (let n = 0; n < 5; n++) {
      await hear(visitor().login(canaries.name, canaries.wrong));
      await hear(visitor().login(`${canaries.name}-of-nobody`, canaries.wrong));
    }
    await hear(visitor().login("Ginny", canaries.password));
    await hear(visitor().login(canaries.name.repeat(99), canaries.password));
    await hear(visitor().login(`${canaries.name}\u0000`, canaries.password));
    await hear(
      visitor().send(
        { identifier: canaries.name, password: canaries.password },
        { origin: "https://canary.example" },
      ),
    );
    await hear(visitor("").login(canaries.name, canaries.password));
    edit(9, { passwordHash: `canary-hash-of-${canaries.password}` });
    await hear(visitor().login("Dobby", canaries.password));
    verify.mockRejectedValueOnce(new SessionError("ERR_SESSION_BUSY", "Too many."));
    await hear(visitor().login("Dobby", canaries.password));
    if (kind.stored) {
      store.find = () => Promise.reject(new Error("down"));
      await hear(visitor().login(canaries.name, canaries.password));
    }

    expect(answers.length).toBeGreaterThan(20);
    expect(heard).toEqual(expect.arrayContaining(events));
    const texts = [events, heard, answers, complaints.mock.calls].map((all) =>
      inspect(all, { depth: 20, maxArrayLength: null }),
    );
    for (const text of texts) {
      expect(text).not.toContain("canary");
      expect(text).not.toContain("$argon2id$");
    }
    const tokens = one.cookie!.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1));
    for (const text of texts) for (const token of tokens) expect(text).not.toContain(token);
    complaints.mockRestore();
  });
});
