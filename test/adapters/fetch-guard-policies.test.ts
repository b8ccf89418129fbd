import { describe, expect, test } from "vitest";
import { createGuard, useSession } from "../../src/adapters/fetch/index.ts";
import { codeOf, errorOf, kinds } from "../sessions/harness.ts";
import { requests, setUpGuard } from "./guard-harness.ts";

type Setup = ReturnType<typeof setUpGuard>;
type Visitor = ReturnType<Setup["visitor"]>;

async function logIn({ sessions }: Setup, who: Visitor, userId: number | string) {
  await who.send(async (it) => (await useSession(it, sessions)).update({ userId }));
}

describe.each(kinds)("can and authorize ($kind)", (kind) => {
  test.each([
    { who: "nobody", userId: undefined, staff: false, gryffindor: false, slytherin: false },
    { who: "a student", userId: 7, staff: false, gryffindor: true, slytherin: false },
    { who: "the headmaster", userId: 8, staff: true, gryffindor: true, slytherin: true },
    { who: "a user who was deleted", userId: 99, staff: false, gryffindor: false, slytherin: false },
    { who: "an id of another type", userId: "8", staff: false, gryffindor: false, slytherin: false },
  ])("follow the policy for $who", async ({ userId, staff, gryffindor, slytherin }) => {
    const setup = setUpGuard(kind);
    const { guard, visitor } = setup;
    const who = visitor();
    if (userId !== undefined) await logIn(setup, who, userId);
    const answers = await who.send(async (it) => [
      await guard.can(it, "staff:view"),
      await guard.can(it, "house:list", "gryffindor"),
      await guard.can(it, "house:list", "slytherin"),
    ]);
    expect(await answers.json()).toEqual([staff, gryffindor, slytherin]);
    const status = async (ask: (it: Request) => Promise<unknown>) => (await who.send(ask)).status;
    const refused = userId === 7 ? 403 : 401;
    expect(await status((it) => guard.authorize(it, "staff:view"))).toBe(staff ? 200 : refused);
    expect(await status((it) => guard.authorize(it, "house:list", "gryffindor"))).toBe(
      gryffindor ? 200 : refused,
    );
    expect(await status((it) => guard.authorize(it, "house:list", "slytherin"))).toBe(
      slytherin ? 200 : refused,
    );
  });

  test("deny what no policy names, to everybody", async () => {
    const setup = setUpGuard(kind);
    const { guard, visitor } = setup;
    const who = visitor();
    await logIn(setup, who, 8);
    for (const action of ["", "staff", "staff:view ", "constructor", "__proto__", "toString", "can"]) {
      const name = action as "staff:view";
      expect(await (await who.send((it) => guard.can(it, name))).json()).toBe(false);
      expect((await who.send((it) => guard.authorize(it, name))).status).toBe(403);
    }
  });

  test("deny everything where there are no policies", async () => {
    const setup = setUpGuard(kind);
    const { sessions, loadUser, visitor } = setup;
    const guard = createGuard({ sessions, loadUser });
    const who = visitor();
    await logIn(setup, who, 8);
    // The type has no action at all.
    const { can, authorize } = guard as unknown as Setup["guard"];
    expect(await (await who.send((it) => can(it, "staff:view"))).json()).toBe(false);
    expect((await who.send((it) => authorize(it, "staff:view"))).status).toBe(403);
  });

  test("hand on what a policy throws, and let nobody pass", async () => {
    const setup = setUpGuard(kind);
    const { guard, visitor } = setup;
    const who = visitor();
    await logIn(setup, who, 8);
    const fault = "the policy's own fault";
    await expect(who.send((it) => guard.can(it, "always fails"))).rejects.toThrow(fault);
    await expect(who.send((it) => guard.authorize(it, "always fails"))).rejects.toThrow(fault);
  });

  test("know of a role that was taken away at the next request", async () => {
    const setup = setUpGuard(kind);
    const { guard, visitor, users } = setup;
    const who = visitor();
    await logIn(setup, who, 8);
    const ask = () => who.send((it) => guard.authorize(it, "staff:view"));
    expect((await ask()).status).toBe(200);
    users.set(8, { ...users.get(8)!, role: "student" });
    expect((await ask()).status).toBe(403);
    users.delete(8);
    expect((await ask()).status).toBe(401);
  });

  test("load the user once a request, with everything else that asks", async () => {
    const setup = setUpGuard(kind);
    const { guard, visitor, loadUser } = setup;
    const who = visitor();
    await logIn(setup, who, 8);
    loadUser.mockClear();
    await who.send((it) =>
      Promise.all([
        guard.authorize(it, "staff:view"),
        guard.authorize(it, "house:list", "slytherin"),
        guard.can(it, "staff:view"),
        guard.requireUser(it),
        guard.requireFresh(it),
        guard.getUser(it),
        guard.takeForm(it, "/staff"),
      ]),
    );
    expect(loadUser).toHaveBeenCalledTimes(1);
  });
});

describe.each(kinds)("an event tells who was denied ($kind)", (kind) => {
  const denials = ({ events }: Setup) => events.filter((event) => event.type === "denied");
  const common = { type: "denied", session: "session", address: "203.0.113.7" };

  test("nobody, a user who may not, and one whose password is not fresh", async () => {
    const setup = setUpGuard(kind);
    const { guard, visitor, clock } = setup;
    const who = visitor();
    const at = clock.now();
    await who.send((it) => guard.requireUser(it), requests.page);
    await who.send((it) => guard.authorize(it, "staff:view"));
    await logIn(setup, who, 7);
    await who.send((it) => guard.authorize(it, "house:list", "slytherin"));
    clock.advance(300_000);
    await who.send((it) => guard.requireFresh(it), requests.form);
    expect(denials(setup)).toEqual([
      { ...common, at, reason: "anonymous", action: undefined, userId: undefined },
      { ...common, at, reason: "anonymous", action: "staff:view", userId: undefined },
      { ...common, at, reason: "forbidden", action: "house:list", userId: "7" },
      { ...common, at: at + 300_000, reason: "stale", action: undefined, userId: "7" },
    ]);
  });

  test("and of nobody who passes, or who merely asks", async () => {
    const setup = setUpGuard(kind);
    const { guard, visitor } = setup;
    await visitor().send((it) => guard.getUser(it));
    await visitor().send((it) => guard.can(it, "staff:view"));
    const who = visitor();
    await logIn(setup, who, 8);
    await who.send((it) => guard.requireFresh(it));
    await who.send((it) => guard.authorize(it, "staff:view"));
    expect(denials(setup)).toEqual([]);
  });

  test("and never what the request was about", async () => {
    const setup = setUpGuard(kind);
    const { guard, visitor } = setup;
    const who = visitor();
    await logIn(setup, who, 7);
    await who.send((it) => guard.authorize(it, "house:list", "a canary in a resource"), {
      path: "/a-canary-in-a-path?canary",
      headers: { "user-agent": "canary" },
    });
    expect(denials(setup)).toHaveLength(1);
    expect(JSON.stringify(denials(setup))).not.toContain("canary");
  });
});

describe.each(kinds)("validSince ($kind)", (kind) => {
  async function ask(setup: Setup, who: Visitor) {
    return (await who.send((it) => setup.guard.getUser(it))).json() as Promise<unknown>;
  }

  test.each([
    { changed: "before the login", by: -1, valid: true },
    { changed: "at that very moment", by: 0, valid: true },
    { changed: "after it", by: 1, valid: false },
  ])("a session is good when the password was changed $changed: $valid", async ({ by, valid }) => {
    const setup = setUpGuard(kind);
    const { users, clock, visitor } = setup;
    const who = visitor();
    await logIn(setup, who, 7);
    const ada = { ...users.get(7)!, changedAt: clock.now() + by };
    users.set(7, ada);
    expect(await ask(setup, who)).toEqual(valid ? ada : null);
  });

  test("a session that is void passes nothing, and is told so as nobody", async () => {
    const setup = setUpGuard(kind);
    const { guard, users, clock, visitor, events } = setup;
    const who = visitor();
    await logIn(setup, who, 8);
    users.set(8, { ...users.get(8)!, changedAt: clock.now() + 1 });
    for (const pass of [
      (it: Request) => guard.requireUser(it),
      (it: Request) => guard.requireFresh(it),
      (it: Request) => guard.authorize(it, "staff:view"),
    ])
      expect((await who.send(pass)).status).toBe(401);
    expect(await (await who.send((it) => guard.can(it, "staff:view"))).json()).toBe(false);
    expect(events.filter(({ type }) => type === "denied")).toHaveLength(3);
  });

  test("whose session was void is somebody again after a login, in the same request", async () => {
    const setup = setUpGuard(kind);
    const { guard, sessions, users, clock, visitor, loadUser } = setup;
    const who = visitor();
    await logIn(setup, who, 7);
    clock.advance(1000);
    users.set(7, { ...users.get(7)!, changedAt: clock.now() });
    loadUser.mockClear();
    const seen = await who.send(async (it) => {
      const before = await guard.getUser(it);
      const session = await useSession(it, sessions);
      await session.authenticate({ userId: 7 }, { methods: ["password"] });
      return [before, await guard.getUser(it)];
    });
    expect(await seen.json()).toEqual([null, users.get(7)]);
    expect(loadUser).toHaveBeenCalledTimes(1);
  });

  test.each([
    { since: undefined, valid: true },
    { since: null, valid: true },
    { since: new Date(0), valid: true },
    { since: new Date(Date.UTC(2030, 0)), valid: false },
    // What is no moment makes nobody's session good.
    { since: Number.NaN, valid: false },
    { since: new Date("no date"), valid: false },
  ])("takes $since", async ({ since, valid }) => {
    const setup = setUpGuard(kind);
    const { sessions, loadUser, visitor } = setup;
    const guard = createGuard({ sessions, loadUser, validSince: () => since });
    const who = visitor();
    await logIn(setup, who, 7);
    expect((await who.send((it) => guard.requireUser(it))).status).toBe(valid ? 200 : 401);
  });
});

test.each([
  { option: "validsince", wrong: { validsince: () => Date.now() } },
  { option: "policy", wrong: { policy: {} } },
  { option: "loginPath", wrong: { loginPath: "https://sso.example/login" } },
  { option: "confirmPath", wrong: { confirmPath: "confirm" } },
  { option: "loadUser", wrong: { loadUser: undefined as never } },
])("a guard is not built with a wrong option: $option", async ({ option, wrong }) => {
  const { sessions, loadUser } = setUpGuard({ stored: true });
  const error = await errorOf(() => createGuard({ sessions, loadUser, ...wrong }));
  expect(error.code).toBe("ERR_SESSION_CONFIG");
  expect(error.message).toContain(option);
});

test("a guard asks for sessions of createSessions", () => {
  expect(() => createGuard({ sessions: {} as never, loadUser: () => null })).toThrow(
    expect.objectContaining({ code: "ERR_SESSION_CONFIG" }),
  );
});

test("getUser outside of withSessions is the programmer's fault", async () => {
  const { guard } = setUpGuard({ stored: true });
  expect(await codeOf(() => guard.getUser(new Request("https://app.example/")))).toBe(
    "ERR_SESSION_NO_REQUEST",
  );
});
