import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import manifest from "../../package.json" with { type: "json" };
import { coatcheck, coatcheckJson } from "./cli.ts";

const names = COMMANDS.map(({ name }) => name);

describe("the coatcheck command", () => {
  test("lists its commands when asked, and as wrong usage when nothing was typed", async () => {
    const asked = await coatcheck(["--help"]);
    expect(asked.code).toBe(0);
    for (const { name, summary } of COMMANDS)
      expect(asked.out).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
    expect(await coatcheck([])).toEqual({ code: 2, out: "", err: asked.out });
  });

  test("tells its version", async () => {
    expect(await coatcheck(["--version"])).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
  });

  test.each(COMMANDS)("explains $name with every option of it", async ({ name, options, about }) => {
    const { code, out, err } = await coatcheck([name, "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(about);
    for (const option of Object.keys(options)) expect(out).toMatch(new RegExp(`^ +--${option} .*\\S`, "m"));
    expect(await coatcheck([name, "-h", "what", "ever", "follows"])).toEqual({ code, out, err });
  });

  test.each([
    [["teleport"], "There is no such command."],
    [["keygen", "more"], "keygen takes no arguments."],
    [["list"], "list needs the id of a user."],
    [["list", ""], "list needs the id of a user."],
    [["list", "1", "2"], "list takes 1 argument at most, and 2 were given."],
    [["list", "1"], "There is no store"],
    [["list", "1", "--store"], "The option --store needs a value."],
    [["list", "1", "--store="], "--store is empty."],
    [["list", "1", "--store", "mysql://db/x"], "none that coatcheck knows"],
    [["list", "1", "--store", "sqlite:"], "none that coatcheck knows"],
    [["list", "1", "--store", "a.db", "--timeout", "soon"], "--timeout takes a whole number, 1 or more."],
    [["list", "1", "--store", "a.db", "--prefix", "x:"], "--prefix for Redis"],
    [["list", "1", "--store", "redis://h", "--table", "x"], "--table is for SQLite"],
    [["list", "1", "--store", "a.db", "--table", "a b"], "table"],
    [["sweep", "--json=yes"], "The option --json takes no value."],
    [["sweep", "--dry-run"], "There is no such option --dry-run."],
    [["revoke", "--store", "a.db"], "either the public id of a session or --user"],
    [["revoke", "x", "--user", "1", "--store", "a.db"], "either the public id of a session or --user"],
    [["revoke", "--user", "", "--store", "a.db"], "--user is empty."],
    [["revoke", "x", "--except", "y", "--store", "a.db"], "--except goes with --user."],
    [["inspect", "--password-env", "NOT_SET"], "The variable NOT_SET is not set"],
    [["inspect"], "There is no cookie"],
    [["inspect", "a=1; b=2"], "there is none of this session"],
    [["inspect", "a=1", "--name", "other"], "there is none of this session"],
    [["inspect", "x", "--schema", "./not/there.js"], "cannot be loaded"],
    [["inspect", "x", "--schema", "./vitest.config.ts"], "no Standard Schema"],
    [["doctor", "example.com"], "begins with https://"],
    [["doctor", "https://user:pass@example.com"], "no user and no password"],
    [["doctor", "--site-only"], "needs the address of a site"],
  ])("refuses %j as wrong usage", async (argv, words) => {
    const { code, out, err } = await coatcheck(argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
  });

  test("asks a person who types nothing for the cookie, instead of waiting", async () => {
    const { code, err } = await coatcheck(["inspect"], { typing: true });
    expect(code).toBe(2);
    expect(err).toContain("pipe it into the standard input");
  });

  test("takes an id that begins with a dash for an id", async () => {
    const id = `-h${"A".repeat(41)}`;
    for (const argv of [
      ["revoke", id],
      ["revoke", "--user", "7", "--except", id],
    ]) {
      const { code, err } = await coatcheck([...argv, "--store", "/nowhere/a.db"]);
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("coatcheck migrate") as string });
    }
  });

  test("makes another password of 256 bits each time, alone on its line", async () => {
    const made = await Promise.all([coatcheck(["keygen"]), coatcheck(["keygen"])]);
    for (const { code, out, err } of made) {
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toMatch(/^[A-Za-z0-9_-]{43}\n$/);
      expect(Buffer.from(out.trim(), "base64url")).toHaveLength(32);
    }
    expect(made[0].out).not.toBe(made[1].out);
    const { answer } = await coatcheckJson(["keygen"]);
    expect(answer).toEqual({ password: expect.stringMatching(/^[\w-]{43}$/) as string });
  });

  test("has every command once", () => {
    expect(new Set(names).size).toBe(names.length);
  });
});
