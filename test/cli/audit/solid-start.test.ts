import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, seedApp } from "../../../scripts/lib/paths.mjs";
import { audit, auditFolder } from "./given.ts";

interface Compiler {
  readonly compile: (path: string, code: string, options: object) => Promise<{ code: string }>;
}

const place = { kind: "named", name: "reference", source: "solid-start" };

/** What SolidStart makes of a module on the server. */
async function compiled(text: string): Promise<string> {
  const path = join(root, "node_modules/@solidjs/start/dist/directives/compile.js");
  const { compile } = (await import(pathToFileURL(path).href)) as Compiler;
  const { code } = await compile("/app/src/entry.ts", text, {
    mode: "server",
    env: "production",
    directive: "use server",
    definitions: { register: place, clone: place },
  });
  return code;
}

describe("what SolidStart's compiler does to guards", () => {
  const query = (body: string) => `export const entry = query(async () => { "use server"; ${body} });`;

  test.each([
    [query("const user = await requireUser(); return db.all();"), false],
    [query("const user = await requireUser(); const id = user.id; return db.all();"), false],
    [query("const user = await requireUser(); return rows.map((user) => user.id);"), false],
    [query("const user = await requireUser(); return db.of(user);"), true],
    [query("const { id } = await requireUser(); return db.all();"), true],
    [query("await requireUser(); return db.all();"), true],
    [`"use server"; export async function entry() { const user = await requireUser(); }`, true],
    [`"use server"; export async function entry() { "use server"; const user = await requireUser(); }`, true],
  ])("is what the audit says of it: %s", async (text, stays) => {
    const module = text.replace(
      /^("use server";)?/,
      `$1 import { query } from "@solidjs/router"; import { requireUser } from "./session";`,
    );
    expect(/await requireUser\(\)/.test(await compiled(module))).toBe(stays);
    const { entries } = await audit({ "src/lib/entry.ts": module });
    expect(entries.map(({ verdict }) => verdict)).toEqual([stays ? "guarded" : "unguarded"]);
  });

  test("is nothing where there is no server function", async () => {
    const { entries } = await audit({
      "src/routes/a.ts": `import { requireUser } from "~/lib/session";
        export async function GET() { const user = await requireUser(); return new Response(); }`,
    });
    expect(entries.map(({ verdict }) => verdict)).toEqual(["guarded"]);
  });
});

test("of the seed's code, what its page calls guarded is guarded", async () => {
  const { entries } = await auditFolder(join(seedApp, "src"));
  const guarded = entries.filter(({ verdict }) => verdict === "guarded");
  expect(guarded.map(({ file, kind, name }) => [file, kind, name])).toEqual([
    ["src/routes/api/[house]/admin.ts", "API route", "GET"],
    ["src/seed/students.ts", "query", "getStudents"],
  ]);
  const open = entries.filter(({ file }) => file === "src/seed/auth.ts");
  expect(open.map(({ name, verdict, reason }) => [name, verdict, reason])).toEqual([
    ["login", "unguarded", "no guard"],
    ["logout", "unguarded", "no guard"],
  ]);
});
