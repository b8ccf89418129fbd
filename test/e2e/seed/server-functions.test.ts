import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Server } from "../support/server.ts";
import { notesOf, setCookieOf, startSeed, Visitor, type Notes } from "./support/app.ts";

describe("a server function called over the network", () => {
  let app: Server;
  let urls: Notes["urls"];

  beforeAll(async () => {
    app = await startSeed();
    ({ urls } = await notesOf(app));
  });
  afterAll(() => app?.stop());

  const secrets = /hunter2|postgres|secret_column|statement|\.mjs/;

  test("tells the client of an error that there was one, and no more", async () => {
    const visitor = new Visitor(app);
    const answer = await visitor.call(urls["explode"]!);
    expect(answer.header("x-error")).toBe("true");
    expect(answer.body).toContain("Something went wrong.");
    expect(answer.body).not.toMatch(secrets);
    expect(JSON.stringify(answer.headers)).not.toMatch(secrets);
    expect(app.log()).toContain("hunter2");
    setCookieOf(answer, "sealed");
    expect(await visitor.mark()).toBe("before the failure");
  });

  test("tells a visitor without JavaScript no more", async () => {
    const visitor = new Visitor(app);
    const answer = await visitor.send({
      method: "POST",
      path: urls["explode"]!,
      headers: [
        ["Origin", app.origin],
        ["Referer", `${app.origin}/marked`],
        ["Content-Type", "application/x-www-form-urlencoded"],
      ],
      body: "",
    });
    expect(answer.status).toBe(302);
    expect(decodeURIComponent(JSON.stringify(answer.headers))).not.toMatch(secrets);
    expect(setCookieOf(answer, "flash")).toContain("Something%20went%20wrong.");
    expect(await visitor.mark()).toBe("before the failure");
  });

  test("keeps what was written before a response is thrown", async () => {
    const visitor = new Visitor(app);
    const answer = await visitor.call(urls["refuse"]!);
    expect(answer.status).toBe(403);
    setCookieOf(answer, "sealed");
    expect(await visitor.mark()).toBe("before the refusal");
  });

  test("keeps what an action writes that redirects", async () => {
    const visitor = new Visitor(app);
    const answer = await visitor.call(urls["markAndGo"]!, { mark: "went" });
    expect(answer.header("location")).toBe("/marked");
    setCookieOf(answer, "sealed");
    expect(await visitor.mark()).toBe("went");
  });

  test.for([
    ["markAndGo", "a redirect"],
    ["markAndStay", "a value"],
  ])("keeps what a single-flight action writes, and sends the fresh data along: %s, %s", async ([name]) => {
    const visitor = new Visitor(app);
    await visitor.call(urls["markAndGo"]!, { mark: "before" });
    const answer = await visitor.call(urls[name!]!, { mark: "after" }, [["X-Single-Flight", "true"]]);
    expect(answer.header("x-single-flight")).toBe("true");
    // The page's query ran in the same request, and saw what the action had written.
    expect(answer.body).toContain("after");
    expect(answer.body).not.toContain("before");
    setCookieOf(answer, "sealed");
    expect(answer.header("cache-control")).toBe("private, no-store");
    expect(await visitor.mark()).toBe("after");
  });

  test("answers 400 and says nothing when the arguments cannot be read", async () => {
    const answer = await new Visitor(app).send({
      method: "POST",
      path: urls["setMark"]!,
      headers: [
        ["Origin", app.origin],
        ["X-Server-Instance", "server-fn:0"],
        ["X-Start-Type", "0"],
        ["Content-Type", "text/plain"],
      ],
      body: "canary-in-a-broken-body",
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toBe("Bad request.\n");
    expect(app.log()).not.toContain("canary-in-a-broken-body");
  });

  test("is not found by an id that does not exist", async () => {
    const answer = await new Visitor(app).call("/_server?id=0000-0");
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toMatch(/\.mjs|node_modules/);
  });
});
