import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listPasswords, renderModule, target } from "../../scripts/breached-passwords.mjs";
import { isBreached } from "../../src/auth/breached/index.ts";
import { checkPassword } from "../../src/auth/password.ts";

const all = listPasswords();

describe("the list of breached passwords", () => {
  test("is the one that its script makes of the package that it is from", () => {
    expect(readFileSync(target, "utf8") === renderModule()).toBe(true);
  });

  test("has every password of its source that is long enough, the 3,000 most frequent among them", async () => {
    expect(all.filter((password) => !isBreached(password))).toEqual([]);
    expect(all).toHaveLength(17_950);
    expect(all.slice(0, 5)).toEqual(["password", "12345678", "123456789", "baseball", "football"]);
    for (const password of all.slice(0, 3000))
      expect(await checkPassword(password)).toMatchObject({ code: "breached" });
  });

  test("takes upper and lower case alike", () => {
    const [some] = [all.slice(0, 500)];
    expect(some.filter((password) => !isBreached(password.toUpperCase()))).toEqual([]);
    expect(isBreached("PassWord")).toBe(true);
  });

  test("has no other password", () => {
    const listed = new Set(all);
    const near = all.flatMap((password) => [
      `${password}x`,
      ` ${password}`,
      password.slice(0, -1),
      password.slice(1),
    ]);
    expect(near.filter((password) => isBreached(password) !== listed.has(password))).toEqual([]);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (password) => {
        expect(isBreached(password)).toBe(listed.has(password.toLowerCase()));
      }),
    );
    for (const password of ["", "\0", "A", "P", "constructor", "__proto__", "x".repeat(1_000_000)])
      expect(isBreached(password)).toBe(false);
  });

  test("is under 200 kB and carries the licence of its source", () => {
    const text = readFileSync(target, "utf8");
    expect(text.length).toBeLessThan(200_000);
    expect(text).toContain("Permission is hereby granted, free of charge");
    expect(text).toContain("Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.");
  });
});
