import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formAction } from "../support/http.ts";
import type { Server } from "../support/server.ts";
import { notesOf, PASSWORD, setCookieOf, startSeed, Visitor } from "./support/app.ts";

const TYPED = "canary-password-that-was-typed";

describe("a form sent without JavaScript", () => {
  let app: Server;

  beforeAll(async () => {
    app = await startSeed();
  });
  afterAll(() => app?.stop());

  const failedLogin = (visitor: Visitor, username = "harry") =>
    visitor.submit("/login", "login", { username, password: TYPED }, [["Referer", `${app.origin}/login`]]);

  test("comes back without the password, in any header", async () => {
    const answer = await failedLogin(new Visitor(app));
    expect(answer.status).toBe(302);
    expect(decodeURIComponent(JSON.stringify(answer.headers))).not.toContain("canary");
    expect(answer.body).not.toContain("canary");
  });

  test("comes back in a cookie that no script reads, for a minute", async () => {
    const line = setCookieOf(await failedLogin(new Visitor(app)), "flash");
    expect(line).toMatch(/^flash=[^;]+; Max-Age=60; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test("keeps the message, and the username as the application asked", async () => {
    const visitor = new Visitor(app);
    const answer = await failedLogin(visitor);
    expect(answer.header("location")).toBe("/login");
    const page = await visitor.send({ path: "/login" });
    expect(page.body).toContain("Error: Invalid login");
    expect(page.body).toMatch(/<input[^>]*name="username"[^>]*value="harry"/);
    expect(page.body).not.toContain("canary");
    // Once is enough.
    expect(setCookieOf(page, "flash")).toContain("Max-Age=0");
    expect((await visitor.send({ path: "/login" })).body).not.toContain("Invalid login");
  });

  test("comes back without the password from a multipart form", async () => {
    const visitor = new Visitor(app);
    const { body } = await visitor.send({ path: "/login" });
    const part = (name: string, value: string, rest = "") =>
      `--X\r\nContent-Disposition: form-data; name="${name}"${rest}\r\n\r\n${value}\r\n`;
    const answer = await visitor.send({
      method: "POST",
      path: formAction(body, `id="login"`),
      headers: [
        ["Origin", app.origin],
        ["Content-Type", "multipart/form-data; boundary=X"],
      ],
      body: `${part("username", "harry")}${part("password", TYPED)}${part("username", "canary-file", `; filename="a"`)}--X--\r\n`,
    });
    expect(answer.status).toBe(302);
    expect(decodeURIComponent(setCookieOf(answer, "flash"))).toContain(`[["username","harry"]]`);
    expect(decodeURIComponent(JSON.stringify(answer.headers))).not.toContain("canary");
  });

  test("leaves the password out of the server's log", async () => {
    await failedLogin(new Visitor(app));
    await new Visitor(app).submit("/login", "login", { username: "harry", password: PASSWORD });
    expect(app.log()).not.toContain("canary");
  });

  test.for([
    ["https://attacker.example/login", "/"],
    ["https://attacker.example", "/"],
    ["//attacker.example", "/"],
    ["not a url", "/"],
    [undefined, "/"],
  ])("is never sent to another site that the Referer names: %s", async ([referer, location]) => {
    const answer = await new Visitor(app).submit(
      "/login",
      "login",
      { username: "harry", password: TYPED },
      referer === undefined ? [] : [["Referer", referer]],
    );
    expect([answer.status, answer.header("location")]).toEqual([302, location]);
  });

  test("is sent on without this server's own name, which a proxy may hide", async () => {
    const answer = await new Visitor(app).submit("/marked", "go", { mark: "went" });
    expect([answer.status, answer.header("location")]).toEqual([302, "/marked"]);
  });

  test("follows a redirect to another site only when the application says so", async () => {
    const visitor = new Visitor(app);
    const answer = await visitor.submit("/marked", "go-to", { to: "https://accounts.example/sign-in" });
    expect(answer.header("location")).toBe("https://accounts.example/sign-in");
  });

  test("is refused before it is read when another site sends it", async () => {
    const { effects, urls } = await notesOf(app);
    const answer = await new Visitor(app).send({
      method: "POST",
      path: urls["countEffect"]!,
      headers: [
        ["Origin", "https://attacker.example"],
        ["Content-Type", "application/x-www-form-urlencoded"],
      ],
      body: "",
    });
    expect([answer.status, answer.cookies]).toEqual([403, []]);
    expect((await notesOf(app)).effects).toBe(effects);
  });
});
