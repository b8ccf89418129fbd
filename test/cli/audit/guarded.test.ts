import { describe, expect, test } from "vitest";
import { pairs } from "./corpus/pairs.ts";
import { audit, auditBody, auditModule } from "./given.ts";

describe("what counts as guarded", () => {
  test.each(pairs)("%s", async (_rule, guarded, unguarded) => {
    expect(await auditBody(guarded)).toMatchObject({ verdict: "guarded" });
    expect(await auditBody(unguarded)).toMatchObject({ verdict: "unguarded" });
  });

  test("a handler that withUser wraps", async () => {
    const { entries } = await audit({
      "src/routes/a.ts": `
        import { createGuard } from "coatcheck/solid-start";
        import { guard } from "~/lib/session";
        const { withUser: wrap } = guard;
        function withUser(handler) { return handler; }
        export const GET = guard.withUser(() => new Response());
        export const POST = wrap(async () => new Response());
        const remove = wrap(async () => new Response());
        export { remove as DELETE };
        export const PUT = withUser(() => new Response());
        export const PATCH = guard.withUser;
        export const HEAD = guard.withUser(async () => { "use server"; });`,
    });
    expect(entries.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      "GET guarded",
      "POST guarded",
      "DELETE guarded",
      "PUT unguarded",
      "PATCH unguarded",
      "HEAD guarded",
      // The function inside has an address of its own, past the wrapper.
      "HEAD unguarded",
    ]);
  });

  test("what only logs in or out is public, and nothing that does more", async () => {
    const { entries } = await audit({
      "src/lib/auth.ts": `
        "use server";
        import { createLogin } from "coatcheck/solid-start";
        const login = createLogin({ sessions, findUser });
        export const a = async (form: FormData) => login.submit(form);
        export async function b(form: FormData) { return await login.login(form); }
        export const c = () => login.logout();
        export const d = async (form: FormData) => login.login(await db.secrets(form));
        export const e = async (form: FormData, secret = db.secret()) => login.submit(form);
        export async function f(form: FormData) { await db.write(form); return login.submit(form); }
        export const g = async (id: number, password: string) => login.resetPassword(id, password);
        export const h = async (form: FormData) => login?.submit(form);
        export const i = async (form: FormData) => other.submit(form);`,
    });
    expect(entries.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      "a public",
      "b public",
      "c public",
      "d unguarded",
      "e unguarded",
      "f unguarded",
      "g unguarded",
      "h unguarded",
      "i unguarded",
    ]);
  });

  test("the page of SolidStart's documentation", async () => {
    const { entries } = await audit({
      "src/lib/session.ts": `
        import { useSession } from "vinxi/http";
        export async function getUser(): Promise<User | null> {
          const session = await useSession({ password: process.env.SESSION_SECRET });
          const userId = session.data.userId;
          if (!userId) return null;
          return await hogwarts.getUser(userId);
        }`,
      "src/routes/api/[house]/admin.ts": `
        import { cache, createAsync, redirect } from "@solidjs/router";
        import { getUser } from "~/lib/session";
        const getStudents = cache(async (house: string) => {
          "use server";
          const user = await getUser();
          if (!user) throw redirect("/login");
          return hogwarts.getStudents(house, "*");
        });
        const getAll = cache(async (house: string) => {
          "use server";
          return hogwarts.getStudents(house, "*");
        });`,
    });
    expect(entries.map(({ line, name, kind, verdict }) => [line, name, kind, verdict])).toEqual([
      [4, "getStudents", "query", "guarded"],
      [10, "getAll", "query", "unguarded"],
    ]);
  });

  test.each([
    [
      "calls useSession and answers null",
      "const s = await useSession({}); return s.data.id ? db.user(s.data.id) : null;",
      "guarded",
    ],
    [
      "calls a function that answers useSession's answer",
      "const s = await getSession(); return (await db.user(s.data.id)) ?? null;",
      "guarded",
    ],
    ["never answers null", "const s = await useSession({}); return s.data;", "unguarded"],
    ["calls no useSession", "const s = await session(); if (!s.id) return null; return s;", "unguarded"],
    ["calls another useSession", "const s = await other(); if (!s.id) return null; return s;", "unguarded"],
  ])("an application's own getUser, if it %s", async (_what, body, verdict) => {
    const { entries } = await audit({
      "src/lib/mine.ts": `
        import { useSession } from "@solidjs/start/http";
        function getSession() { return useSession({ password }); }
        function session() { return db.session(); }
        function other() { const useSession = db.session; return useSession(); }
        export async function getUser() { ${body} }
        export async function getPerson() { ${body} }`,
      "src/lib/entry.ts": `
        import { getPerson, getUser } from "./mine";
        export const named = async () => { "use server"; const user = await getUser(); if (!user) return; return db.all(); };
        export const unnamed = async () => { "use server"; const user = await getPerson(); if (!user) return; return db.all(); };`,
    });
    expect(entries.map((one) => one.verdict)).toEqual([verdict, "unguarded"]);
  });

  test("says which guard, and where it is called", async () => {
    const { entries } = await audit({
      "src/lib/entry.ts": `"use server";
        import { getUser, requireStaff, requireUser } from "./session";
        export async function a() { return requireUser(); }
        export async function b() {
          await requireStaff();
        }
        export async function c() {
          const user = await getUser();
          if (!user) return;
        }`,
    });
    expect(entries.map(({ reason, guard }) => [reason, guard])).toEqual([
      ["requireUser()", "src/lib/entry.ts:3"],
      ["requireStaff()", "src/lib/session.ts:11"],
      ["getUser()", "src/lib/entry.ts:8"],
    ]);
  });
});

describe("what counts as public", () => {
  test.each([
    ["publicRoute in the first place", `publicRoute("for all"); return db.all();`, "public", "for all"],
    ["with a reason in backticks", "publicRoute(`for all`); return db.all();", "public", "for all"],
    [
      "after another directive",
      `"use strict"; publicRoute("for all"); return db.all();`,
      "public",
      "for all",
    ],
    [
      "not in the first place",
      `const a = 1; publicRoute("for all"); return db.all();`,
      "unguarded",
      "publicRoute() is not the first statement",
    ],
    ["not after something else", `await db.all(); publicRoute("for all");`, "unguarded", "no guard"],
    ["not in a condition", `if (form) publicRoute("for all"); return db.all();`, "unguarded", "no guard"],
    [
      "not without a reason",
      "publicRoute(); return db.all();",
      "unguarded",
      "publicRoute() is not given its reason as a text",
    ],
    [
      "not with an empty one",
      `publicRoute("  "); return db.all();`,
      "unguarded",
      "publicRoute() is not given its reason as a text",
    ],
    [
      "not with one that is computed",
      "publicRoute(rows[0]); return db.all();",
      "unguarded",
      "publicRoute() is not given its reason as a text",
    ],
    [
      "not by another function of that name",
      `const publicRoute = () => {}; publicRoute("for all"); return db.all();`,
      "unguarded",
      "no guard",
    ],
  ])("%s", async (_what, body, verdict, reason) => {
    expect(await auditBody(body)).toMatchObject({ verdict, reason });
  });

  test("not who delegates to something public: each says it for itself", async () => {
    const entry = await auditModule(`
      async function all() { publicRoute("for all"); return db.all(); }
      export const entry = async () => { "use server"; return all(); };`);
    expect(entry).toMatchObject({ verdict: "unguarded", reason: "no guard" });
  });
});
