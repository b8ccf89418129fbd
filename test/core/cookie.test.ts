import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COOKIE_LIMIT, DUPLICATE, isCookieName, readCookie, writeCookie } from "../../src/core/cookie.ts";

/** Splits the whole header, as RFC 6265bis says a user agent joins it. Only blanks before a name do not count. */
function naiveRead(header: string, name: string): string | typeof DUPLICATE | undefined {
  const values = header.split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at !== -1 && pair.slice(0, at).replace(/^[ \t]+/, "") === name ? [pair.slice(at + 1).trim()] : [];
  });
  return values.length > 1 ? DUPLICATE : values[0];
}

describe("reading a cookie", () => {
  test.each([
    ["alone", "session=a", "a"],
    ["first", "session=a; b=c", "a"],
    ["last", "b=c; session=a", "a"],
    ["in the middle, without blanks", "b=c;session=a;d=e", "a"],
    ["with tabs and more blanks", "b=c; \t session=a \t; d=e", "a"],
    ["with an empty value", "session=; b=c", ""],
    ["with an empty value at the end", "b=c; session=", ""],
    ["with = in its value", "session=a=b==", "a=b=="],
    ["with its own name in its value", "session=session=a", "session=a"],
    ["with quotes, as they stand", 'session="a b"', '"a b"'],
    ["beside one without a name", "=x; session=a", "a"],
    ["beside one without =", "session; session=a", "a"],
    ["beside empty pairs", ";;; session=a;;", "a"],
    ["beside its name as a prefix", "session2=x; sessions=y; session=a", "a"],
    ["beside its name as a suffix", "mysession=x; -session=y; session=a", "a"],
    ["beside its name in another's value", "x=session=b; y= session=c; session=a", "a"],
    ["beside another case", "Session=x; SESSION=y; session=a", "a"],
  ])("finds it %s", (_where, header, value) => {
    expect(readCookie(header, "session")).toBe(value);
  });

  test.each([
    ["nothing", ""],
    ["blanks", "  \t "],
    ["its name without =", "session"],
    ["its name without = before another", "session; a=b"],
    ["its name as a prefix", "session2=a; session-=b; session.=c"],
    ["its name as a suffix", "mysession=a; __Host-session=b"],
    ["its name in a value", "a=session=b; c=x session=d"],
    ["its name behind a blank in a value", "a= session=b"],
    ["another case", "Session=a"],
    ["a comma in place of a semicolon", "a=b, session=c"],
    ["a line break before the name", "a=b;\nsession=c"],
  ])("finds none in %s", (_what, header) => {
    expect(readCookie(header, "session")).toBeUndefined();
  });

  test.each([
    "session=a; session=b",
    "session=a; session=a",
    "session=;session=",
    "session=a; b=c; session=d; session=e",
    "session; session=a; \tsession=b",
    "session=session=a; session=b",
  ])("refuses to choose in %s", (header) => {
    expect(readCookie(header, "session")).toBe(DUPLICATE);
  });

  test("finds one of 50, wherever it is", () => {
    const others = Array.from({ length: 49 }, (_, n) => `session${n}=value-${n}`);
    for (let at = 0; at <= others.length; at++) {
      const header = others.toSpliced(at, 0, "session=mine").join("; ");
      expect(readCookie(header, "session")).toBe("mine");
      expect(readCookie(header, "session48")).toBe("value-48");
      expect(readCookie(`${header}; session=planted`, "session")).toBe(DUPLICATE);
    }
  });

  test("finds what a parser of the whole header finds", { timeout: 30_000 }, () => {
    const name = fc.constantFrom("a", "aa", "aba", "a-b", "__Host-a");
    const part = fc.constantFrom(
      "a",
      "aa",
      "aba",
      "b",
      "-",
      "=",
      ";",
      "; ",
      " ",
      "\t",
      "a=",
      "; a=",
      "__Host-a",
    );
    const header = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(header, fc.string()), name, (text, wanted) => {
        expect(readCookie(text, wanted)).toBe(naiveRead(text, wanted));
      }),
      { numRuns: 20_000 },
    );
  });

  test("takes a header full of almost-names in time that grows with its length", () => {
    const header = "session ".repeat(100_000);
    const start = performance.now();
    expect(readCookie(header, "session")).toBeUndefined();
    expect(readCookie(`${" ".repeat(800_000)}session=a`, "session")).toBe("a");
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe("writing a cookie", () => {
  const attributes = { path: "/", secure: true, sameSite: "lax" } as const;

  test("gives the whole line, HttpOnly always", () => {
    expect(writeCookie("__Host-session", "token", attributes)).toBe(
      "__Host-session=token; Path=/; HttpOnly; Secure; SameSite=Lax",
    );
    expect(writeCookie("s", "t", { ...attributes, secure: false, sameSite: "strict", path: "/a" })).toBe(
      "s=t; Path=/a; HttpOnly; SameSite=Strict",
    );
    expect(
      writeCookie("s", "t", { ...attributes, sameSite: "none", domain: "example.com", maxAge: 60 }),
    ).toBe("s=t; Max-Age=60; Domain=example.com; Path=/; HttpOnly; Secure; SameSite=None");
  });

  test("writes whole seconds, never less than none", () => {
    const ages = [0, 0.9, 1.5, 59.999, -1, -1e9].map((maxAge) =>
      writeCookie("s", "", { ...attributes, maxAge }),
    );
    expect(ages.map((line) => /Max-Age=([^;]*)/.exec(line)?.[1])).toEqual(["0", "0", "1", "59", "0", "0"]);
  });

  test("can be read again by a browser that sends it back", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]+$/), fc.stringMatching(/^[\w.-]*$/), (name, value) => {
        const pair = writeCookie(name, value, attributes).split("; ")[0]!;
        expect(readCookie(`a=b; ${pair}`, name)).toBe(name === "a" ? DUPLICATE : value);
      }),
    );
  });
});

describe("the name of a cookie", () => {
  test("holds the characters of an RFC 9110 token and no other", () => {
    const accepted = Array.from({ length: 300 }, (_, code) => String.fromCharCode(code)).filter(isCookieName);
    expect(accepted.join("")).toBe(
      "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~",
    );
  });

  test.each(["", "a b", "a;b", "a=b", "a\n", "\ta", "ä", "a,b", 'a"'])("is not %j", (name) => {
    expect(isCookieName(name)).toBe(false);
  });
});

test("a cookie's limit is what browsers take", () => {
  expect(COOKIE_LIMIT).toBe(4096);
});
