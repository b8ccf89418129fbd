import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { isSessionError, SessionError } from "../../src/core/errors.ts";

/** The class of a second copy of this package, in another realm. */
const source = readFileSync(new URL("../../src/core/errors.ts", import.meta.url), "utf8");
const script = `${stripTypeScriptTypes(source).replaceAll(/^export /gm, "")}; SessionError`;
const Foreign = runInNewContext(script) as typeof SessionError;

describe("a session error", () => {
  test("is an Error with a code, a name, a message and a cause", () => {
    const cause = new Error("the database is down");
    const error = new SessionError("ERR_SESSION_STORE", "The store failed.", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      code: "ERR_SESSION_STORE",
      name: "SessionError",
      message: "The store failed.",
    });
    expect(error.cause).toBe(cause);
    expect(String(error)).toBe("SessionError: The store failed.");
  });

  test("gives a framework that serialises it its code and name, and nothing more", () => {
    const error = new SessionError("ERR_SESSION_STORE", "The store failed.", { cause: new Error("secret") });
    expect(JSON.parse(JSON.stringify(error))).toEqual({ code: "ERR_SESSION_STORE", name: "SessionError" });
    expect(
      Object.getOwnPropertySymbols(error).filter(
        (key) => Object.getOwnPropertyDescriptor(error, key)?.enumerable,
      ),
    ).toEqual([]);
  });

  test("is recognised, with its code and without", () => {
    const error = new SessionError("ERR_SESSION_STORE", "The store failed.");
    expect(isSessionError(error)).toBe(true);
    expect(isSessionError(error, "ERR_SESSION_STORE")).toBe(true);
    expect(isSessionError(error, "ERR_SESSION_CONFIG")).toBe(false);
  });

  test("is recognised when a second copy of the package in another realm made it", () => {
    const error: unknown = new Foreign("ERR_SESSION_REVOKED", "The session ended.");
    expect(error).not.toBeInstanceOf(SessionError);
    expect(error).not.toBeInstanceOf(Error);
    expect(isSessionError(error)).toBe(true);
    expect(isSessionError(error, "ERR_SESSION_REVOKED")).toBe(true);
    expect(isSessionError(error, "ERR_SESSION_STORE")).toBe(false);
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a string", "ERR_SESSION_STORE"],
    ["a function", () => {}],
    ["another error", new Error("SessionError")],
    ["another error with a code", Object.assign(new Error("no"), { code: "ERR_SESSION_STORE" })],
    ["an object that looks like one", { name: "SessionError", code: "ERR_SESSION_STORE", message: "no" }],
    ["one that came through JSON", JSON.parse(JSON.stringify(new SessionError("ERR_SESSION_STORE", "no")))],
  ])("is not %s", (_what, value) => {
    expect(isSessionError(value)).toBe(false);
  });
});
