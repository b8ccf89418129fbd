import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Server } from "../support/server.ts";
import { notesOf, PASSWORD, setCookieOf, startSeed, Visitor } from "./support/app.ts";

describe.for(["protect", "none"] as const)("the seed's code, with middleware %s", (middleware) => {
  let app: Server;

  beforeAll(async () => {
    app = await startSeed(middleware);
  });
  afterAll(() => app?.stop());

  test.for([
    ["login", "harry", 7],
    ["login-by-string", "hermione", "a7f3-hermione"],
  ] as const)("stores exactly the id of the user: %s", async ([form, username, userId]) => {
    const visitor = new Visitor(app);
    const answer = await visitor.submit("/login", form, { username, password: PASSWORD });
    expect(answer.status).toBe(302);
    expect(new URL(answer.header("location")!, app.origin).href).toBe(`${app.origin}/`);
    expect(setCookieOf(answer, "session")).toMatch(/^session=s1\.[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await visitor.session()).toStrictEqual({ userId });
  });

  test("logs out", async () => {
    const visitor = new Visitor(app);
    await visitor.submit("/login", "login", { username: "harry", password: PASSWORD });
    const answer = await visitor.submit("/login", "logout", {});
    expect(answer.status).toBe(302);
    expect(new URL(answer.header("location")!, app.origin).pathname).toBe("/login");
    expect(setCookieOf(answer, "session")).toMatch(/^session=; .*Max-Age=0/);
    expect(await visitor.session()).toStrictEqual({});
    expect(visitor.jar.get("session")).toBeUndefined();
  });

  test("gives another token to whoever logs in again", async () => {
    const visitor = new Visitor(app);
    await visitor.submit("/login", "login", { username: "harry", password: PASSWORD });
    const first = visitor.jar.get("session");
    await visitor.submit("/login", "login-by-string", { username: "hermione", password: PASSWORD });
    expect(await visitor.session()).toStrictEqual({ userId: "a7f3-hermione" });
    expect(visitor.jar.get("session")).not.toBe(first);
  });

  test("shows the guarded page to users only, and redirects others for good", async () => {
    const visitor = new Visitor(app);
    const refused = await visitor.send({ path: "/houses/gryffindor" });
    expect(refused.status).toBe(302);
    expect(refused.header("location")).toBe("/login");
    expect(refused.body).not.toContain("Neville");

    await visitor.submit("/login", "login", { username: "harry", password: PASSWORD });
    const shown = await visitor.send({ path: "/houses/gryffindor" });
    expect(shown.status).toBe(200);
    expect(shown.body).toContain("Neville");
    expect(shown.cookies).toEqual([]);
    expect(shown.header("cache-control")).toBe("private, no-store");
    expect(shown.header("vary")).toMatch(/\bcookie\b/i);
  });

  test("answers the guarded API route to users only", async () => {
    const visitor = new Visitor(app);
    const path = "/api/gryffindor/admin";
    const refused = await visitor.send({ path });
    expect([refused.status, refused.body]).toEqual([401, `{"error":"unauthenticated"}`]);
    await visitor.submit("/login", "login", { username: "harry", password: PASSWORD });
    const answer = await visitor.send({ path });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual([{ id: 1, name: "Neville", house: "gryffindor" }]);
  });

  test("leaves a visitor who is not logged in without a cookie", async () => {
    const visitor = new Visitor(app);
    const cookies: string[] = [];
    for (const path of [
      "/",
      "/login",
      "/houses/gryffindor",
      "/api/gryffindor/admin",
      "/api/session",
      "/marked",
    ])
      cookies.push(...(await visitor.send({ path })).cookies);
    expect(cookies).toEqual([]);
  });

  test("does not log in with a wrong password", async () => {
    const visitor = new Visitor(app);
    await visitor.submit("/login", "login", { username: "harry", password: "wrong" });
    expect(await visitor.session()).toStrictEqual({});
    expect(visitor.jar.get("session")).toBeUndefined();
  });

  test("is told when it asks for a session outside of a request", async () => {
    expect((await notesOf(app)).outside).toBe("ERR_SESSION_NO_REQUEST");
  });
});
