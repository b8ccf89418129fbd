import { describe, expect, test } from "vitest";
import { createLogin, useSession, withSessions } from "../../src/adapters/fetch/index.ts";
import { createPasswords } from "../../src/auth/password.ts";
import { hostileClasses, oddTargets } from "../auth/hostile-targets.ts";
import { requests, setUpGuard } from "./guard-harness.ts";

const SITE = "https://app.example";
const PASSWORD = "canary-password";
const AFTER = "after a login";

const passwords = createPasswords({ memory: 8, passes: 1 });
const ada = { id: 7, passwordHash: await passwords.hash(PASSWORD) };

/** Whether a browser leaves the site that follows this from the login page: as it is written, or with slashes for backslashes. */
function leaves(location: string): boolean {
  const spellings = [location, location.replaceAll("\\", "/")];
  return spellings.some((spelling) => new URL(spelling, `${SITE}/login?next=x`).origin !== SITE);
}

/** Every way in which a guard or a login answers with where to go next. */
async function setUpWays() {
  const { guard, visitor, sessions, clock } = setUpGuard({ stored: true });
  const [nobody, stale] = [visitor(), visitor()];
  await stale.send(async (it) => (await useSession(it, sessions)).update({ userId: 7 }));
  clock.advance(301_000);
  const login = createLogin({ sessions, passwords, throttle: false, findUser: () => ada });
  const submit = (password: string, next: string) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ username: "ada", password, next })) form.append(name, value);
    const handle = withSessions((request) => login.submit(request, form));
    return handle(new Request(`${SITE}/login`, { method: "POST", headers: { origin: SITE } }));
  };
  const form = new FormData();
  form.append("reason", "why");
  return {
    "to the login page": (next: string) =>
      nobody.send((it) => guard.requireUser(it, { next }), requests.page),
    "to the login page, from a form": (next: string) =>
      nobody.send((it) => guard.requireUser(it, { next }), requests.form),
    "to the confirmation": (next: string) =>
      stale.send((it) => guard.requireFresh(it, { next }), requests.page),
    "to the confirmation, with a form to keep": (next: string) =>
      stale.send((it) => guard.requireFresh(it, { next, form, fields: ["reason"] }), requests.form),
    [AFTER]: (next: string) => submit(PASSWORD, next),
    "back to the login page": (next: string) => submit("wrong", next),
  };
}

/** Where an answer leads, and from the page that it leads to afterwards. */
function destinations(way: string, response: Response): string[] {
  const location = response.headers.get("location") ?? "no Location";
  const next = new URL(location, SITE).searchParams.get("next");
  // After a login there is no other: what the page's address says is for the page itself.
  return next === null || way === AFTER ? [location] : [location, next];
}

describe("a redirect of a guard or a login stays on this site", () => {
  test.each(Object.entries(hostileClasses))("whatever of this is asked for: %s", async (_name, targets) => {
    const ways = await setUpWays();
    const gone: string[] = [];
    for (const target of targets)
      for (const [way, ask] of Object.entries(ways)) {
        const response = await ask(target);
        const [location = "", next] = destinations(way, response);
        // It is as if nothing had been asked for.
        const expected = way === AFTER ? "/" : location;
        if (next !== undefined || location !== expected || leaves(location))
          gone.push(`${way}: ${JSON.stringify(target).slice(0, 80)}`);
      }
    expect(gone).toEqual([]);
  });

  test("also to what looks as bad, and is one of its own pages", async () => {
    const ways = await setUpWays();
    for (const target of oddTargets)
      for (const [way, ask] of Object.entries(ways))
        expect(destinations(way, await ask(target)).filter(leaves)).toEqual([]);
  });
});

test("of all hostile targets, none leaves the site", async ({ task }) => {
  const ways = Object.entries(await setUpWays());
  const targets = [...Object.values(hostileClasses).flat(), ...oddTargets];
  let gone = 0;
  for (const target of targets)
    for (const [way, ask] of ways) gone += destinations(way, await ask(target)).filter(leaves).length;
  task.meta.note = `redirects on fetch: ${targets.length} targets × ${ways.length} ways, ${gone} left the site`;
  expect(gone).toBe(0);
});
