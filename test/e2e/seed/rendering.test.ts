import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Server } from "../support/server.ts";
import { notesOf, setCookieOf, startSeed, Visitor } from "./support/app.ts";

const kinds = ["sealed", "stored"] as const;

describe.for(["protect", "none"] as const)("rendering a page, with middleware %s", (middleware) => {
  let app: Server;

  beforeAll(async () => {
    app = await startSeed(middleware);
  });
  afterAll(() => app?.stop());

  /** Renders a page that writes; answers the response and what was noted of writes that came too late. */
  async function render(visitor: Visitor, what: string, kind: string, mark: string) {
    const before = (await notesOf(app)).lateWrites.length;
    const answer = await visitor.send({ path: `/render/${what}?kind=${kind}&mark=${mark}` });
    return { answer, late: (await notesOf(app)).lateWrites.slice(before) };
  }

  describe.for(kinds)("of a %s session", (kind) => {
    test("keeps what a deferred query writes", async () => {
      const visitor = new Visitor(app);
      const { answer } = await render(visitor, "update-deferred", kind, "deferred");
      expect(answer.status).toBe(200);
      expect(answer.body).toContain(">deferred</p>");
      setCookieOf(answer, kind);
      expect(answer.header("cache-control")).toBe("private, no-store");
      expect(await visitor.mark(kind)).toBe("deferred");
    });

    test("keeps what a server function writes that a query calls, and shares the handle with it", async () => {
      const visitor = new Visitor(app);
      const { answer } = await render(visitor, "update-through-another", kind, "nested");
      expect(answer.body).toContain(">nested, one handle</p>");
      setCookieOf(answer, kind);
      expect(await visitor.mark(kind)).toBe("nested");
    });

    test("keeps what is written before a redirect is thrown", async () => {
      const visitor = new Visitor(app);
      const { answer } = await render(visitor, "update-and-redirect", kind, "redirected");
      expect([answer.status, answer.header("location")]).toEqual([302, "/marked"]);
      setCookieOf(answer, kind);
      expect(await visitor.mark(kind)).toBe("redirected");
    });

    test.for(["update-late", "read-and-update-late"])(
      "refuses to start a session when the head has left: %s",
      async (what) => {
        const visitor = new Visitor(app);
        const { answer, late } = await render(visitor, what, kind, "late");
        expect(answer.body).toContain(">waiting</p>");
        expect(answer.body).not.toContain(">late</p>");
        expect(answer.cookies).toEqual([]);
        expect(late).toEqual(["ERR_SESSION_LATE_WRITE"]);
        expect(app.log()).toContain("ERR_SESSION_LATE_WRITE");
        expect(await visitor.mark(kind)).toBeUndefined();
      },
    );
  });

  test.for(["update-late", "read-and-update-late"])(
    "refuses to write a sealed session when the head has left: %s",
    async (what) => {
      const visitor = new Visitor(app);
      await render(visitor, "update-deferred", "sealed", "in-time");
      const { answer, late } = await render(visitor, what, "sealed", "late");
      expect(answer.cookies).toEqual([]);
      expect(late).toEqual(["ERR_SESSION_LATE_WRITE"]);
      expect(await visitor.mark("sealed")).toBe("in-time");
    },
  );

  test.for(["update-late", "read-and-update-late"])(
    "writes a stored session when the head has left, as its cookie stays: %s",
    async (what) => {
      const visitor = new Visitor(app);
      await render(visitor, "update-deferred", "stored", "in-time");
      const { answer, late } = await render(visitor, what, "stored", "late");
      expect(answer.cookies).toEqual([]);
      expect(late).toEqual(["kept"]);
      expect(await visitor.mark("stored")).toBe("late");
    },
  );

  test("a redirect thrown when the head has left is a script that the policy allows", async () => {
    const { answer } = await render(new Visitor(app), "redirect-late", "sealed", "");
    expect(answer.status).toBe(200);
    const [, nonce] = /'nonce-([^']+)'/.exec(answer.header("content-security-policy") ?? "") ?? [];
    expect(nonce !== undefined).toBe(middleware === "protect");
    const attribute = nonce === undefined ? "" : ` nonce="${nonce}"`;
    expect(answer.body).toContain(`<script${attribute}>window.location="/login"</script>`);
  });

  test.for(["fail-deferred", "fail-streamed"])("tells the visitor nothing of an error: %s", async (what) => {
    const { answer } = await render(new Visitor(app), what, "sealed", "");
    expect(answer.body).toContain(">failed</p>");
    expect(answer.body).toContain(`new Error("Something went wrong.")`);
    expect(answer.body).not.toMatch(/hunter2|secret_column|file:\/\/|\.mjs:\d/);
    expect(app.log()).toContain("hunter2");
    // What was written before the failure is kept.
    setCookieOf(answer, "sealed");
  });
});

describe("rendering a page behind protect()", () => {
  let app: Server;

  beforeAll(async () => {
    app = await startSeed();
  });
  afterAll(() => app?.stop());

  test("leaves a page to caches when the visitor has no cookie", async () => {
    const answer = await new Visitor(app).send({ path: "/" });
    expect(answer.header("cache-control")).toBeUndefined();
  });

  test.for(["/", "/render/update-late?kind=stored&mark=late"])(
    "keeps caches away from whoever has a cookie, however late it is read: %s",
    async (path) => {
      const visitor = new Visitor(app);
      await visitor.send({ path: "/render/update-deferred?kind=stored&mark=in-time" });
      const answer = await visitor.send({ path });
      expect(answer.header("cache-control")).toBe("private, no-store");
      expect(answer.header("vary")).toMatch(/\bcookie\b/i);
    },
  );
});
