import { symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { coatcheck } from "../cli.ts";
import { applicationOf, audit, auditFolder, type Files } from "./given.ts";

const guarded = `import { createGuard } from "coatcheck/solid-start";
const guard = createGuard({});
export const GET = guard.withUser(() => new Response());
`;
const open = `import { publicRoute } from "coatcheck";
export function GET() {
  publicRoute("for\\u001b[31m all");
  return new Response();
}
`;
const mixed: Files = {
  "src/routes/a.ts": guarded,
  "src/routes/b.ts": open,
  "src/lib/c.ts": `"use server";\n\nexport async function remove() {}\n`,
};

/** Runs the command in a folder. */
async function auditIn(folder: string, ...options: string[]) {
  const cwd = vi.spyOn(process, "cwd").mockReturnValue(folder);
  onTestFinished(() => cwd.mockRestore());
  return coatcheck(["audit", ...options]);
}

describe("coatcheck audit", () => {
  test("lists what it found, file by file, and what it comes to", async () => {
    const { code, out, err } = await auditIn(applicationOf(mixed));
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out.split("\n")).toEqual([
      "✗ src/lib/c.ts:3     server function  remove  unguarded  no guard",
      "✓ src/routes/a.ts:3  API route        GET     guarded    withUser() in line 3",
      "○ src/routes/b.ts:2  API route        GET     public     for\\u{1b}[31m all",
      "",
      "3 entry points: 1 guarded, 1 public, 1 unguarded",
      "",
    ]);
  });

  test("names the file of a guard that is in another one", async () => {
    const { out } = await auditIn(
      applicationOf({
        "src/guard.ts": `import { createGuard } from "coatcheck/solid-start";
          const guard = createGuard({});
          export async function check() { await guard.requireUser(); }`,
        "src/entry.ts": `import { check } from "./guard"; async function entry() { "use server"; return check(); }`,
      }),
    );
    expect(out).toBe(
      "✓ src/entry.ts:1  server function  entry  guarded  check() in src/guard.ts:3\n\n" +
        "1 entry point: 1 guarded, 0 public, 0 unguarded\n",
    );
  });

  test("lists only what is wrong with --quiet", async () => {
    const { code, out } = await auditIn(applicationOf(mixed), "--quiet");
    expect(code).toBe(1);
    expect(out.split("\n")).toEqual([
      "✗ src/lib/c.ts:3  server function  remove  unguarded  no guard",
      "",
      "3 entry points: 1 guarded, 1 public, 1 unguarded",
      "",
    ]);
    const fine = await auditIn(applicationOf({ "src/routes/a.ts": guarded }), "--quiet");
    expect(fine).toEqual({ code: 0, out: "1 entry point: 1 guarded, 0 public, 0 unguarded\n", err: "" });
  });

  test("ends with 0 when everything is guarded or public, or there is nothing to guard", async () => {
    const fine = { "src/routes/a.ts": guarded, "src/routes/b.ts": open };
    expect(await auditIn(applicationOf(fine))).toMatchObject({ code: 0, err: "" });
    const none = await auditIn(applicationOf({ "src/a.ts": "export const a = 1;" }));
    expect(none).toEqual({ code: 0, out: "0 entry points: 0 guarded, 0 public, 0 unguarded\n", err: "" });
  });

  test("answers programs in JSON", async () => {
    const folder = applicationOf(mixed);
    const { code, out } = await auditIn(folder, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      ok: false,
      entries: [
        {
          file: "src/lib/c.ts",
          line: 3,
          kind: "server function",
          name: "remove",
          verdict: "unguarded",
          reason: "no guard",
        },
        {
          file: "src/routes/a.ts",
          line: 3,
          kind: "API route",
          name: "GET",
          verdict: "guarded",
          reason: "withUser()",
          guard: "src/routes/a.ts:3",
        },
        {
          file: "src/routes/b.ts",
          line: 2,
          kind: "API route",
          name: "GET",
          verdict: "public",
          reason: "for\u001b[31m all",
        },
      ],
      unreadable: [],
      counts: { guarded: 1, public: 1, unguarded: 1 },
    });
  });

  test("reports a file that does not parse, also one that is only imported", async () => {
    const files = {
      "src/routes/a.ts": guarded,
      "src/lib/b.ts": `"use server";\nexport async function b( {\n`,
      "src/lib/c.ts": `import { d } from "../../shared/d"; async function c() { "use server"; await d(); }`,
      "shared/d.ts": "export const d = ;",
    };
    const folder = applicationOf(files);
    const { code, out } = await auditIn(folder);
    expect(code).toBe(1);
    expect(out).toMatch(/^✗ src\/lib\/b\.ts:\d +file +unreadable +\S/m);
    expect(out).toMatch(/^✗ shared\/d\.ts:1 +file +unreadable +\S/m);
    expect(out).toMatch(/\n2 entry points: 1 guarded, 0 public, 1 unguarded; 2 files do not parse\n$/);
    const { unreadable, ok } = await auditFolder(join(folder, "src"));
    expect({ ok, files: unreadable.map(({ file }) => file.split("/").at(-1)) }).toEqual({
      ok: false,
      files: ["b.ts", "d.ts"],
    });
  });

  test("is not fine with nothing but a file that does not parse", async () => {
    const { code, out } = await auditIn(applicationOf({ "src/a.ts": "(" }));
    expect(code).toBe(1);
    expect(out).toMatch(/\n0 entry points: 0 guarded, 0 public, 0 unguarded; 1 file does not parse\n$/);
  });

  test("takes the folder that it is given, and ~ and routes in it for what they are", async () => {
    const folder = applicationOf({
      "routes/app/src/routes/api/a.ts": `import { guard } from "~/guard"; export const GET = guard.withUser(() => 1);`,
      "routes/app/src/guard.ts": `import { createGuard } from "coatcheck/solid-start"; export const guard = createGuard({}); export const POST = 1;`,
    });
    for (const given of [
      "routes/app",
      "routes/app/src",
      "routes/app/src/routes",
      "routes/app/src/routes/api",
    ])
      expect(await auditIn(folder, given)).toMatchObject({
        code: 0,
        out: expect.stringMatching(
          /^✓ routes\/app\/src\/routes\/api\/a\.ts:1 [^✗]*\n1 entry point: /,
        ) as string,
      });
  });

  test("reads a folder without src, and a linked one once", async () => {
    const folder = applicationOf({ "app/routes/a.ts": guarded, "app/lib/b.ts": "export const b = 1;" });
    symlinkSync(join(folder, "app", "routes"), join(folder, "app", "lib", "routes"));
    symlinkSync(join(folder, "app"), join(folder, "app", "lib", "again"));
    symlinkSync(join(folder, "nowhere"), join(folder, "app", "lib", "gone.ts"));
    const { code, out } = await auditIn(folder, "app");
    expect({ code, points: out.split("\n").at(-2) }).toEqual({
      code: 0,
      points: "1 entry point: 1 guarded, 0 public, 0 unguarded",
    });
  });

  test.each<[what: string, files: Files, argv: string[], words: string]>([
    ["no folder src", { "lib/a.ts": "" }, [], "There is no folder src here"],
    ["no such folder", { "src/a.ts": "" }, ["secret-folder"], "There is no such folder."],
    ["a file", { "src/a.ts": "" }, ["src/a.ts"], "There is no such folder."],
    ["no source", { "src/a.css": "", "src/b.d.ts": "" }, [], "There is no TypeScript and no JavaScript"],
  ])("is used wrongly with %s", async (_what, files, argv, words) => {
    const { code, out, err } = await auditIn(applicationOf(files), ...argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
    expect(err).not.toContain("secret-folder");
  });
});

describe("the parser", () => {
  test.each(["oxc-parser", "vite", "rolldown"])(
    "is the one of %s, where that is all there is",
    async (name) => {
      expect(await auditIn(applicationOf(mixed, [name]), "--quiet")).toMatchObject({
        code: 1,
        out: expect.stringContaining("3 entry points") as string,
        err: "",
      });
    },
  );

  test("is asked for where there is none", async () => {
    const { code, out, err } = await auditIn(applicationOf(mixed, ["typescript"]));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("install vite 8 or newer, or npm install --save-dev oxc-parser");
  });

  test("is not an older vite, which has none", async () => {
    const folder = applicationOf(
      {
        ...mixed,
        "node_modules/vite/package.json": `{ "main": "a.mjs" }`,
        "node_modules/vite/a.mjs": "export const version = 7;",
      },
      [],
    );
    expect((await auditIn(folder)).code).toBe(2);
  });
});

test("a file of the application is found from wherever the command runs", async () => {
  const folder = applicationOf({ "src/routes/a.ts": guarded });
  const { out } = await coatcheck(["audit", join(folder, "src")]);
  expect(out).toContain(`✓ ${relative(process.cwd(), folder)}/src/routes/a.ts:3`);
  expect((await audit({})).entries).toEqual([]);
});
