import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { form, formAction, formHeaders, send, type Header } from "../support/http.ts";
import type { Server } from "../support/server.ts";
import { PASSWORD, setCookieOf, startSeed, Visitor } from "./support/app.ts";

describe("the session's cookie", () => {
  let app: Server;
  let token: string;
  let probeToken: string;

  beforeAll(async () => {
    app = await startSeed();
    const visitor = new Visitor(app);
    await visitor.submit("/login", "login", { username: "harry", password: PASSWORD });
    await visitor.send({ path: "/api/answer/return-200" });
    token = visitor.jar.get("session")!;
    probeToken = visitor.jar.get("sealed")!;
  });
  afterAll(() => app?.stop());

  const ask = async (...headers: Header[]) => {
    const answer = await send(app.port, { path: "/api/session", headers });
    return { data: (JSON.parse(answer.body) as { data: unknown }).data, cookies: answer.cookies };
  };

  test("is where the session is read from", async () => {
    expect(await ask(["Cookie", `session=${token}`])).toEqual({ data: { userId: 7 }, cookies: [] });
  });

  test("is the only place: no header stands in for it", async () => {
    const answer = await ask(
      ["x-session-session", token],
      ["x-h3-session", token],
      ["Authorization", `Bearer ${token}`],
    );
    expect(answer).toEqual({ data: {}, cookies: [] });
  });

  test.for(["x-session-session", "Authorization"])("is not outdone by a header: %s", async (name) => {
    const { data } = await ask([name, "junk"], ["Cookie", `session=${token}`]);
    expect(data).toEqual({ userId: 7 });
  });

  test("does not open under the name of another session with the same password", async () => {
    expect(await ask(["Cookie", `session=${probeToken}`])).toEqual({ data: {}, cookies: [] });
  });

  test.for(["junk", "", "s1.AAAAAAAA.20781.AAAA"])(
    "is left alone when it does not open: %j",
    async (value) => {
      expect(await ask(["Cookie", `session=${value}`])).toEqual({ data: {}, cookies: [] });
    },
  );

  test("is refused when there are two of it", async () => {
    expect(await ask(["Cookie", `session=${token}; session=${token}`])).toEqual({ data: {}, cookies: [] });
    expect(await ask(["Cookie", `session=${token}`], ["Cookie", "session=planted"])).toEqual({
      data: {},
      cookies: [],
    });
  });

  test("cannot be read by the secret's neighbour", async () => {
    const other = await startSeed("protect", {
      SESSION_SECRET: "another secret that is longer than 32 characters",
    });
    try {
      const answer = await send(other.port, {
        path: "/api/session",
        headers: [["Cookie", `session=${token}`]],
      });
      expect([JSON.parse(answer.body), answer.cookies]).toEqual([{ data: {}, state: "fresh" }, []]);
    } finally {
      await other.stop();
    }
  });
});

describe("in production", () => {
  let app: Server;

  beforeAll(async () => {
    app = await startSeed("protect", { NODE_ENV: "production" });
  });
  afterAll(() => app?.stop());

  test("the cookie is Secure and bound to the host, on loopback too", async () => {
    const visitor = new Visitor(app);
    const answer = await visitor.submit("/login", "login", { username: "harry", password: PASSWORD });
    expect(setCookieOf(answer, "__Host-session")).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(await visitor.session()).toStrictEqual({ userId: 7 });
  });

  test("a login over plain http from elsewhere says why it fails, instead of losing the cookie", async () => {
    const host = "school.example";
    const page = await send(app.port, { path: "/login", headers: [["Host", host]] });
    const answer = await send(app.port, {
      method: "POST",
      path: formAction(page.body, `id="login"`),
      headers: [["Host", host], ["X-Forwarded-Proto", "https"], ...formHeaders(`http://${host}`)],
      body: form({ username: "harry", password: PASSWORD }),
    });
    expect(answer.cookies.filter((line) => line.includes("session="))).toEqual([]);
    const flash = setCookieOf(answer, "flash");
    expect(decodeURIComponent(flash)).toContain("plain http");
    expect(flash).toMatch(/; Secure; SameSite=Lax$/);
  });
});
