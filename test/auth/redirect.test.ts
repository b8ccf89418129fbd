import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkPath, safeNext } from "../../src/auth/redirect.ts";
import { codeOf } from "../sessions/harness.ts";
import { hostileClasses, hostileTargets, oddTargets } from "./hostile-targets.ts";

const SITE = "https://app.example";
const FALLBACK = "/welcome";

/** Where a browser goes that gets this as its Location on a page of the site. */
function originOf(answer: string): string {
  return new URL(answer, `${SITE}/login?next=x`).origin;
}

describe("where to go after login", () => {
  test("has a hostile corpus that is worth the name", ({ task }) => {
    const distinct = new Set(hostileTargets);
    expect(distinct.size).toBe(hostileTargets.length);
    expect(distinct.size).toBeGreaterThanOrEqual(300);
    task.meta.note = `hostile targets: ${distinct.size} in ${Object.keys(hostileClasses).length} classes`;
  });

  describe.each(Object.entries(hostileClasses))("is not what tries %s:", (_name, targets) => {
    test.each(targets.map((target) => [JSON.stringify(target).slice(0, 80), target]))(
      "%s",
      (_shown, target) => {
        expect(safeNext(target, FALLBACK)).toBe(FALLBACK);
      },
    );
  });

  test.each(oddTargets)("is on this site, odd as it looks: %s", (target) => {
    const answer = safeNext(target, FALLBACK);
    expect(originOf(answer)).toBe(SITE);
    expect(originOf(answer.replaceAll("\\", "/"))).toBe(SITE);
  });

  test.each([
    ["/", "/"],
    ["/houses/gryffindor", "/houses/gryffindor"],
    ["/a?b=c&d=e#f", "/a?b=c&d=e#f"],
    ["/a/", "/a/"],
    ["/a//b", "/a//b"],
    ["/search?next=//evil.example", "/search?next=//evil.example"],
    ["/search?next=https://evil.example/", "/search?next=https://evil.example/"],
    ["/a#//evil.example", "/a#//evil.example"],
    ["/@someone", "/@someone"],
    ["/user:password@evil.example", "/user:password@evil.example"],
    ["/a:b", "/a:b"],
    ["/javascript:alert(1)", "/javascript:alert(1)"],
    ["/%2F%2Fevil.example", "/%2F%2Fevil.example"],
    ["/%5Cevil.example", "/%5Cevil.example"],
    ["/%0d%0aSet-Cookie:a=b", "/%0d%0aSet-Cookie:a=b"],
    ["/caf%C3%A9?q=%F0%9F%A6%89", "/caf%C3%A9?q=%F0%9F%A6%89"],
    ["/a/./b", "/a/b"],
    ["/a/../b", "/b"],
    ["/../../b", "/b"],
    ["/a/%2e%2e/b", "/b"],
    ["/a/..", "/"],
    [`/${"a".repeat(2047)}`, `/${"a".repeat(2047)}`],
  ])("is %s", (next, expected) => {
    const answer = safeNext(next, FALLBACK);
    expect(answer).toBe(expected);
    expect(originOf(answer)).toBe(SITE);
  });

  test("is the application's own fallback for what is no text", () => {
    for (const next of [
      undefined,
      null,
      1,
      true,
      {},
      [],
      ["/a"],
      new URL("/a", SITE),
      new String("/a"),
      { toString: () => "/a" },
      Symbol("/a"),
    ])
      expect(safeNext(next, FALLBACK)).toBe(FALLBACK);
    expect(safeNext(undefined)).toBe("/");
  });

  test(
    "is on this very site, whatever was asked for, with and without a second reading",
    { timeout: 30_000 },
    () => {
      const piece = fc.constantFrom(
        "/",
        "//",
        "\\",
        ".",
        "..",
        "%2f",
        "%2e",
        "%5c",
        "@",
        ":",
        "?",
        "#",
        "evil.example",
        "https:",
        "\t",
        "\n",
        " ",
        "a",
      );
      const target = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
      fc.assert(
        fc.property(
          fc.oneof(
            target,
            target.map((text) => `/${text}`),
            fc.string({ unit: "binary" }),
            fc.webUrl(),
          ),
          (next) => {
            const answer = safeNext(next, FALLBACK);
            expect(answer).toMatch(/^\/(?!\/)[!-[\]-~]*$/);
            expect(originOf(answer)).toBe(SITE);
            // Sent through another login, it stays what it is.
            expect(safeNext(answer, FALLBACK)).toBe(answer);
          },
        ),
        { numRuns: 2000 },
      );
    },
  );
});

describe("a page that the application names", () => {
  test.each(["/login", "/", "/sign-in?by=name", "/a/b#form"])("may be %s", (path) => {
    expect(checkPath("loginPath", path)).toBe(path);
  });

  test.each(["login", "", "https://sso.example/login", "//sso.example/login", "/log in", "/\\login"])(
    "may not be %s",
    async (path) => {
      expect(await codeOf(() => checkPath("loginPath", path))).toBe("ERR_SESSION_CONFIG");
    },
  );
});
