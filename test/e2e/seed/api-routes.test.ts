import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Server } from "../support/server.ts";
import { notesOf, setCookieOf, startSeed, Visitor } from "./support/app.ts";

const kinds = ["sealed", "stored"] as const;

describe.for(["protect", "none"] as const)("an API route, with middleware %s", (middleware) => {
  let app: Server;

  beforeAll(async () => {
    app = await startSeed(middleware);
  });
  afterAll(() => app?.stop());

  /** What SolidStart makes of a thrown response, unless the middleware takes it for the answer. */
  const thrown = (status: number) => (middleware === "protect" ? status : 500);
  const shapes: readonly [how: string, status: number][] = [
    ["return-200", 200],
    ["return-204", 204],
    ["return-302", 302],
    ["return-401", 401],
    ["return-500", 500],
    ["throw-200", thrown(200)],
    ["throw-302", thrown(302)],
    ["throw-401", thrown(401)],
    ["throw-500", thrown(500)],
    ["redirect", thrown(302)],
    ["object", 200],
    // The headers of a response that fetch made cannot be changed.
    ["foreign", 200],
    ["error", 500],
  ];
  const cases = kinds.flatMap((kind) => shapes.map(([how, status]) => [kind, how, status] as const));

  test.for(cases)("keeps what it wrote to a %s session: %s", async ([kind, how, status]) => {
    const visitor = new Visitor(app);
    const answer = await visitor.send({ path: `/api/answer/${how}?kind=${kind}` });
    expect(answer.status).toBe(status);
    expect(answer.header("location")).toBe(status === 302 ? "/login" : undefined);
    expect(setCookieOf(answer, kind)).toMatch(/; HttpOnly; SameSite=Lax$/);
    expect(answer.header("cache-control")).toBe("private, no-store");
    expect(answer.header("vary")).toMatch(/\bcookie\b/i);
    expect(await visitor.mark(kind)).toBe(how);
  });

  test("takes the cookie away with a refusal too", async () => {
    const visitor = new Visitor(app);
    await visitor.send({ path: "/api/answer/return-200" });
    const answer = await visitor.send({
      method: "DELETE",
      path: "/api/probe",
      headers: [["Origin", app.origin]],
    });
    expect(answer.status).toBe(thrown(401));
    expect(setCookieOf(answer, "sealed")).toContain("Max-Age=0");
    expect(await visitor.mark()).toBeUndefined();
  });

  test("says nothing of the error that it threw, and logs it", async () => {
    const answer = await new Visitor(app).send({ path: "/api/answer/error" });
    expect(answer.body).not.toMatch(/combination|secret_column/);
    expect(JSON.stringify(answer.headers)).not.toMatch(/combination|secret_column/);
    expect(app.log()).toContain("the vault's combination is 12345");
  });

  test("cannot write a session in the body that it streams", async () => {
    const visitor = new Visitor(app);
    const before = (await notesOf(app)).lateWrites.length;
    const answer = await visitor.send({ path: "/api/answer/stream-late" });
    expect(answer.cookies).toEqual([]);
    expect((await notesOf(app)).lateWrites.slice(before)).toEqual(["ERR_SESSION_LATE_WRITE"]);
    expect(await visitor.mark()).toBeUndefined();
  });

  test("answers HEAD as GET, cookie and all", async () => {
    const visitor = new Visitor(app);
    const answer = await visitor.send({ method: "HEAD", path: "/api/answer/return-200" });
    expect([answer.status, answer.body]).toEqual([200, ""]);
    setCookieOf(answer, "sealed");
    expect(await visitor.mark()).toBe("return-200");
  });
});
