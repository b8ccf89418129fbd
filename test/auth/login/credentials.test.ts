import { anything, assert, asyncProperty, constantFrom, oneof, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { refuse } from "../../../src/auth/login/outcome.ts";
import { readCredentials } from "../../../src/auth/login/credentials.ts";
import { kinds } from "../../sessions/harness.ts";
import { formOf, GINNY, HARRY, setUp } from "./harness.ts";

const INVALID = refuse("invalid");
const IN = { ok: true, userId: 7 };

/** What a form, a body or a program may put where a text should be. */
const NO_TEXT: readonly unknown[] = [
  undefined,
  null,
  "",
  0,
  7,
  NaN,
  7n,
  true,
  Symbol("Harry"),
  ["Harry"],
  { toString: () => "Harry" },
  { length: 5 },
  () => "Harry",
  new String("Harry"),
  new File(["Harry"], "Harry"),
  new Date(0),
];

describe.each(kinds)("a login in a $kind session with", (kind) => {
  test.each(NO_TEXT.map((value) => [value]))(
    "%o as identifier or password is invalid and costs no hash",
    async (value) => {
      const { visitor, verify, findUser } = await setUp(kind);
      expect(await visitor().login(value, HARRY)).toEqual(INVALID);
      expect(await visitor().login("Harry", value)).toEqual(INVALID);
      expect([findUser, verify].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    },
  );

  test.each(NO_TEXT.map((value) => [value]))("%o instead of credentials is invalid", async (value) => {
    const { visitor, verify } = await setUp(kind);
    expect(await visitor().send(value as never)).toEqual(INVALID);
    expect(verify).not.toHaveBeenCalled();
  });

  test.each([
    ["blanks alone", "  \u00a0 "],
    ["NUL", "Har\u0000ry"],
    ["a line feed", "Har\nry"],
    ["a C1 control", "Har\u0085ry"],
    ["DEL", "Har\u007fry"],
    ["a lone surrogate", "Har\ud800ry"],
    ["321 characters", "h".repeat(321)],
    ["a megabyte", "h".repeat(2 ** 20)],
  ])("an identifier of %s is invalid and nobody is looked up", async (_what, identifier) => {
    const { visitor, findUser } = await setUp(kind);
    expect(await visitor().login(identifier, HARRY)).toEqual(INVALID);
    expect(findUser).not.toHaveBeenCalled();
  });

  test("a password longer than any that is hashed is invalid and costs no hash", async () => {
    const { visitor, verify } = await setUp(kind);
    expect(await visitor().login("Harry", "x".repeat(4097))).toEqual(INVALID);
    expect(await visitor().login("Harry", "x".repeat(2 ** 24))).toEqual(INVALID);
    expect(verify).not.toHaveBeenCalled();
    expect(await visitor().login("Harry", "x".repeat(4096))).toEqual(INVALID);
    expect(verify).toHaveBeenCalledTimes(1);
  });

  test.each(["identifier", "username", "email"])("a form with the field %s is a login", async (field) => {
    const { visitor } = await setUp(kind);
    expect(await visitor().send(formOf({ [field]: "harry@hogwarts.example", password: HARRY }))).toEqual(IN);
  });

  test("two fields of one name is invalid, whichever would be right", async () => {
    const { visitor, verify } = await setUp(kind);
    for (const [name, value] of [
      ["username", "Harry"],
      ["username", "Ginny"],
      ["password", HARRY],
      ["password", GINNY],
    ] as const) {
      const form = formOf({ username: "Harry", password: HARRY });
      form.append(name, value);
      expect(await visitor().send(form)).toEqual(INVALID);
    }
    expect(verify).not.toHaveBeenCalled();
  });

  test("a file in a field of the form is invalid", async () => {
    const { visitor } = await setUp(kind);
    const file = new File(["Harry"], "Harry");
    expect(await visitor().send(formOf({ username: file, password: HARRY }))).toEqual(INVALID);
    expect(await visitor().send(formOf({ username: "Harry", password: file }))).toEqual(INVALID);
  });

  test("no field for one of them is invalid", async () => {
    const { visitor } = await setUp(kind);
    expect(await visitor().send(formOf({ name: "Harry", password: HARRY }))).toEqual(INVALID);
    expect(await visitor().send(formOf({ username: "Harry" }))).toEqual(INVALID);
    expect(await visitor().send(new FormData())).toEqual(INVALID);
    expect(await visitor().send({} as never)).toEqual(INVALID);
  });

  test("whatever else is never an exception and never a login", async () => {
    const { visitor, login } = await setUp(kind, { login: { throttle: false } });
    const value = oneof(anything(), string({ unit: "binary" }), constantFrom("Harry", HARRY, GINNY));
    const property = asyncProperty(value, value, async (identifier, password) => {
      const outcome = await visitor().login(identifier, password);
      expect(outcome).toEqual(identifier === "Harry" && password === HARRY ? IN : INVALID);
      const { exchange } = visitor().start();
      expect(await login.login(exchange, identifier as never)).toEqual(INVALID);
    });
    await assert(property, { numRuns: 300 });
  });
});

describe("what a visitor has typed", () => {
  test("is the same identifier and the same password in whichever normal form it comes", async () => {
    const { visitor, users, hash, edit } = await setUp({ stored: true });
    edit(7, { username: "Zoë", passwordHash: await hash("crème brûlée au chocolat") });
    expect(users.get(7)!.username).toBe("Zoë".normalize("NFC"));
    for (const form of ["NFC", "NFD"])
      expect(
        await visitor().login("Zoë".normalize(form), "crème brûlée au chocolat".normalize(form)),
      ).toEqual(IN);
  });

  test("is not folded any further: neither letters nor compatibility forms of a password", async () => {
    const { visitor, edit, hash } = await setUp({ stored: true });
    edit(7, { passwordHash: await hash("E = mc² for wizards") });
    for (const password of [
      "E = mc2 for wizards",
      "e = mc² for wizards",
      "E = mc² for wizards ",
      " E = mc² for wizards",
    ])
      expect(await visitor().login("Harry", password)).toEqual(INVALID);
    expect(await visitor().login("Harry", "E = mc² for wizards")).toEqual(IN);
  });

  test("loses the blanks around the identifier, and no other", async () => {
    const { visitor, findUser } = await setUp({ stored: true });
    expect(await visitor().login("\t Harry \n", HARRY)).toEqual(IN);
    expect(findUser).toHaveBeenLastCalledWith("Harry");
    expect(await visitor().login("Har ry", HARRY)).toEqual(INVALID);
  });

  test("may have control characters in the password", async () => {
    const { visitor, edit, hash } = await setUp({ stored: true });
    edit(7, { passwordHash: await hash("tab\tand\u0000NUL and more") });
    expect(await visitor().login("Harry", "tab\tand\u0000NUL and more")).toEqual(IN);
    expect(await visitor().login("Harry", "tab\tand")).toEqual(INVALID);
  });

  test.each([
    [true, true],
    ["on", true],
    ["true", true],
    ["1", true],
    [false, false],
    ["off", false],
    ["", false],
    [1, false],
    ["yes", false],
    [["on"], false],
    [null, false],
    [undefined, false],
  ])("asks with %o to be remembered: %o", (remember, expected) => {
    expect(readCredentials({ identifier: "Harry", password: HARRY, remember })?.remember).toBe(expected);
  });

  test("asks to be remembered with the one checkbox of a form, not with two", () => {
    const form = formOf({ username: "Harry", password: HARRY, remember: "on" });
    expect(readCredentials(form)?.remember).toBe(true);
    form.append("remember", "on");
    expect(readCredentials(form)?.remember).toBe(false);
  });
});
