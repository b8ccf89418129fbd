import { describe, expect, test } from "vitest";
import { audit, type Files } from "./given.ts";

/** What is found in a file, with its line, kind and name. */
async function found(text: string, path = "src/lib/things.ts", more: Files = {}): Promise<string[]> {
  const { entries } = await audit({ [path]: text, ...more });
  return entries.filter(({ file }) => file === path).map(({ line, kind, name }) => `${line} ${kind} ${name}`);
}

describe("what counts as an entry point: server functions", () => {
  test("every exported function of a file with the directive, however it is exported", async () => {
    const text = `"use server";
      import { far } from "./far";
      export async function one() {}
      export const two = async () => {};
      export const three = async function () {}, four = (async () => {}) as Four;
      async function five() {}
      async function local() {}
      const six = five;
      export { five, six as seven, far as eight };
      export { near as nine } from "./far";
      export default async function () {}
    `;
    const far = "export const far = async () => {}; export async function near() {}";
    expect(await found(text, "src/lib/things.ts", { "src/lib/far.ts": far })).toEqual([
      "3 server function one",
      "4 server function two",
      "5 server function three",
      "5 server function four",
      "6 server function five",
      "9 server function eight",
      "10 server function nine",
      "11 server function default",
    ]);
  });

  test("what is exported there by a star, and through another module", async () => {
    const more = {
      "src/lib/far.ts": `export * from "./farther"; export async function far() {}`,
      "src/lib/farther.ts": `export async function farther() {} export default 1; export * from "./far";`,
    };
    expect(await found(`"use server"; export * from "./far";`, "src/lib/things.ts", more)).toEqual([
      "1 server function farther",
      "1 server function far",
    ]);
  });

  test("an export there of which nobody can tell what it is", async () => {
    const { entries } = await audit({
      "src/lib/things.ts": `"use server";
        import { far } from "far-away";
        export const made = wrap(async () => {});
        export let changing = async () => {};
        export const [a, { b }] = pair;
        export { far, gone };
        export { else } from "./nowhere";`,
    });
    expect(entries.map(({ name, verdict, reason }) => [name, verdict, reason])).toEqual([
      ["made", "unguarded", "what it is cannot be told"],
      ["changing", "unguarded", "what it is cannot be told"],
      ["a", "unguarded", "what it is cannot be told"],
      ["b", "unguarded", "what it is cannot be told"],
      ["far", "unguarded", "it comes from the package far-away"],
      ["gone", "unguarded", "what it is cannot be told"],
      ["else", "unguarded", "what it is cannot be told"],
    ]);
  });

  test("no types, texts, numbers, objects, classes and guards there", async () => {
    const text = `"use server";
      import type { Far } from "./far";
      export type { Far } from "./far";
      export type * from "./far";
      export { type Far as Near } from "./far";
      export interface Shape { a: number }
      export type Other = string;
      export const limit = 10, name = "x", both = \`\${limit}\`, options = { limit }, list = [() => {}];
      export class Thing {}
      export enum Color { Red }
      export declare function declared(): void;
      import { createGuard } from "coatcheck/solid-start";
      export const guard = createGuard({});
      export default { limit };
    `;
    expect(await found(text)).toEqual([]);
  });

  test("of a function with several signatures the one with the body", async () => {
    const text = `"use server";
      export async function load(id: string): Promise<string>;
      export async function load(id: number): Promise<string>;
      export async function load(id: unknown) { return ""; }
    `;
    expect(await found(text)).toEqual(["4 server function load"]);
  });

  test("every function with the directive in its own body, wherever it is", async () => {
    const text = `
      import { action, cache, query as ask } from "@solidjs/router";
      import { query as other } from "elsewhere";
      export const a = ask(async () => { "use server"; }, "a");
      const b = cache((async () => { 'use server'; }) as Load, "b");
      export const c = action(async () => { "use strict"; "use server"; });
      async function d() { "use server"; }
      const e = { async f() { "use server"; }, g: async () => { "use server"; }, ["h" + i]: () => { "use server"; } };
      class K { async m() { "use server"; } static n = async () => { "use server"; }; }
      export default function Page() {
        const o = async () => { "use server"; };
        return <form action={async () => { "use server"; }}>{later(function p() { "use server"; })}</form>;
      }
      const q = other(async () => { "use server"; });
    `;
    expect(await found(text, "src/lib/page.tsx")).toEqual([
      "4 query a",
      "5 query b",
      "6 server function c",
      "7 server function d",
      "8 server function e.f",
      "8 server function e.g",
      "8 server function e.(anonymous)",
      "9 server function K.m",
      "9 server function K.n",
      "11 server function o",
      "12 server function (anonymous)",
      "12 server function p",
      "14 server function q",
    ]);
  });

  test("a query of a file with the directive, by what it asks", async () => {
    const text = `"use server";
      import { query } from "@solidjs/router";
      import { requireUser } from "./session";
      export const open = query(async () => {}, "open");
      export const closed = query(load, "closed");
      async function load() { await requireUser(); }
    `;
    const { entries } = await audit({ "src/lib/things.ts": text });
    expect(entries.map(({ kind, name, verdict }) => [kind, name, verdict])).toEqual([
      ["query", "open", "unguarded"],
      ["query", "closed", "guarded"],
    ]);
  });

  test("nothing where the text is no directive", async () => {
    const text = `
      export async function late() { const a = 1; "use server"; }
      export async function wrapped() { ("use server"); }
      export async function spelled() { "use\\u0020server"; }
      export async function other() { "use client"; }
      export const text = () => "use server";
    `;
    expect(await found(text)).toEqual([]);
  });

  test("a function once, also where it is exported twice or has the directive a second time", async () => {
    const text = `"use server"; export async function a() { "use server"; } export { a as b, a as default };`;
    expect(await found(text)).toEqual(["1 server function a"]);
  });
});

describe("what counts as an entry point: API routes", () => {
  test("every exported handler of a file in routes, and nothing else of it", async () => {
    const text = `
      import { shared } from "~/lib/shared";
      export async function GET() {}
      export const POST = () => {}, PUT = shared;
      async function remove() {}
      export { remove as DELETE };
      export { patch as PATCH } from "~/lib/shared";
      export { options as "OPTIONS", HEAD } from "some-package";
      export const helper = () => {}, get = () => {};
      export type TRACE = string;
      export default function Page() {}
    `;
    const shared = "export const shared = () => {}; export function patch() {}";
    expect(await found(text, "src/routes/api/things.ts", { "src/lib/shared.ts": shared })).toEqual([
      "3 API route GET",
      "4 API route POST",
      "4 API route PUT",
      "5 API route DELETE",
      "7 API route PATCH",
      "8 API route OPTIONS",
      "8 API route HEAD",
    ]);
  });

  test("handlers that come from a package, out of an object or from nowhere", async () => {
    const { entries } = await audit({
      "src/routes/api/auth.ts": `
        export const { GET, POST } = toHandlers(auth);
        export { PUT } from "better-auth";
        export { DELETE } from "./missing";
        export let PATCH = () => {};
        export const HEAD = 5;`,
    });
    expect(entries.map(({ name, verdict, reason }) => [name, verdict, reason])).toEqual([
      ["GET", "unguarded", "what it is cannot be told"],
      ["POST", "unguarded", "what it is cannot be told"],
      ["PUT", "unguarded", "it comes from the package better-auth"],
      ["DELETE", "unguarded", "what it is cannot be told"],
      ["PATCH", "unguarded", "what it is cannot be told"],
      ["HEAD", "unguarded", "what it is cannot be told"],
    ]);
  });

  test("handlers by a star; and none in other folders, whatever the folders above are called", async () => {
    const handlers = "export function GET() {}";
    const more = { "src/lib/handlers.ts": handlers };
    expect(await found(`export * from "~/lib/handlers";`, "src/routes/a.ts", more)).toEqual([
      "1 API route GET",
    ]);
    expect(await found(handlers, "src/lib/routes.ts")).toEqual([]);
    expect(await found(handlers, "src/my-routes/a.ts")).toEqual([]);
  });

  test("a function of a route with the directive, as the API route that it is", async () => {
    expect(await found(`"use server"; export async function GET() {}`, "src/routes/a.ts")).toEqual([
      "1 API route GET",
    ]);
  });
});

describe("which files are read", () => {
  test("TypeScript and JavaScript of every ending, and no declarations and other files", async () => {
    const text = `"use server"; export async function f() {}`;
    const endings = ["ts", "tsx", "js", "jsx", "mts", "mjs", "cts", "cjs"];
    const files = Object.fromEntries(endings.map((ending) => [`src/${ending}/a.${ending}`, text]));
    const others = { "src/a.d.ts": text, "src/a.d.mts": text, "src/a.json": "{", "src/a.css": "{" };
    const { entries } = await audit({ ...files, ...others });
    expect(entries.map(({ file }) => file.split(".")[1])).toEqual(endings.toSorted());
  });

  test("none of packages and of what was built", async () => {
    const text = `"use server"; export async function f() {}`;
    const { entries } = await audit({
      "src/node_modules/a/index.js": text,
      "src/dist/a.js": text,
      "src/.output/server/a.js": text,
      "src/distance/a.js": text,
    });
    expect(entries.map(({ file }) => file)).toEqual(["src/distance/a.js"]);
  });
});
