import { describe, expect, test } from "vitest";
import { audit, type Files } from "./given.ts";

const call = `{ "use server"; await check(); return db.all(); }`;

/** What is said of one function in src/lib/entry.ts that awaits `check`, with these imports. */
async function verdictWith(imports: string, files: Files): Promise<string> {
  const { entries } = await audit({
    "src/lib/entry.ts": `${imports}\nexport const entry = async () => ${call};`,
    ...files,
  });
  return entries.find(({ file }) => file === "src/lib/entry.ts")!.verdict;
}

const guard = `import { createGuard } from "coatcheck/solid-start"; export const { requireUser: check } = createGuard({});`;
const fake = "export const check = async () => {};";

describe("a guard of another file", () => {
  test.each<[way: string, imports: string, files: Files]>([
    ["by a relative path", `import { check } from "./mine";`, { "src/lib/mine.ts": guard }],
    ["of a folder above", `import { check } from "../mine";`, { "src/mine.ts": guard }],
    ["of the folder itself", `import { check } from ".";`, { "src/lib/index.ts": guard }],
    ["by its whole name", `import { check } from "./mine.ts";`, { "src/lib/mine.ts": guard }],
    ["by what it is compiled to", `import { check } from "./mine.js";`, { "src/lib/mine.ts": guard }],
    [
      "by what it is compiled to, with JSX",
      `import { check } from "./mine.js";`,
      { "src/lib/mine.tsx": guard },
    ],
    ["of JavaScript", `import { check } from "./mine";`, { "src/lib/mine.js": guard }],
    ["by SolidStart's ~", `import { check } from "~/auth/mine";`, { "src/auth/mine.ts": guard }],
    ["by a folder's index", `import { check } from "~/auth";`, { "src/auth/index.tsx": guard }],
    [
      "outside of the folder that is audited",
      `import { check } from "../../shared/mine";`,
      { "shared/mine.ts": guard },
    ],
    [
      "by another name",
      `import { other as check } from "./mine";`,
      { "src/lib/mine.ts": `${guard} export { check as other };` },
    ],
    [
      "by its default",
      `import check from "./mine";`,
      { "src/lib/mine.ts": `${guard} export default check;` },
    ],
    [
      "that is exported by name",
      `import { check } from "./mine";`,
      { "src/lib/mine.ts": `${guard.replace("export ", "")} export { check };` },
    ],
    [
      "that another file passes on",
      `import { check } from "./mine";`,
      { "src/lib/mine.ts": `export { check } from "./far";`, "src/lib/far.ts": guard },
    ],
    [
      "that another file imports and passes on",
      `import { check } from "./mine";`,
      { "src/lib/mine.ts": `import { check } from "./far"; export { check };`, "src/lib/far.ts": guard },
    ],
    [
      "that another file passes on with everything",
      `import { check } from "./mine";`,
      {
        "src/lib/mine.ts": `export * from "./other"; export * from "./far";`,
        "src/lib/other.ts": "export const a = 1;",
        "src/lib/far.ts": guard,
      },
    ],
    [
      "in everything that a file exports",
      `import * as mine from "./mine"; const check = mine.check;`,
      { "src/lib/mine.ts": guard },
    ],
    [
      "in what is passed on as one",
      `import { mine } from "./all"; const { check } = mine;`,
      { "src/lib/all.ts": `export * as mine from "./mine";`, "src/lib/mine.ts": guard },
    ],
    [
      "whose createGuard another file passes on",
      `import { check } from "./mine";`,
      {
        "src/lib/mine.ts": guard.replace("coatcheck/solid-start", "./ours"),
        "src/lib/ours.ts": `export { createGuard } from "coatcheck/solid-start";`,
      },
    ],
    [
      "of everything that coatcheck exports",
      `import * as ours from "coatcheck/fetch"; const { requireUser: check } = ours.createGuard({});`,
      {},
    ],
    [
      "that is a function of it",
      `import { check } from "./mine";`,
      {
        "src/lib/mine.ts": `import { requireUser } from "./session"; export const check = async () => { await requireUser(); };`,
      },
    ],
    [
      "that calls one of a third",
      `import { check } from "./mine";`,
      {
        "src/lib/mine.ts": `import { requireStaff } from "./session"; export default 1; export function check() { return requireStaff(); }`,
      },
    ],
  ])("%s", async (_way, imports, files) => {
    expect(await verdictWith(imports, files)).toBe("guarded");
    const others = Object.entries(files).map(([path, text]) => [
      path,
      text.replaceAll(/createGuard\(\{\}\)|await requireUser\(\)|requireStaff\(\)/g, "nothing()"),
    ]);
    const faked = await verdictWith(
      imports.replace("createGuard({})", "nothing()"),
      Object.fromEntries(others),
    );
    expect(faked).toBe("unguarded");
  });

  test.each<[way: string, imports: string, files: Files]>([
    ["of a package", `import { check } from "my-auth";`, {}],
    ["that is not there", `import { check } from "./mine";`, {}],
    [
      "that does not export it",
      `import { check } from "./mine";`,
      { "src/lib/mine.ts": guard.replace("export ", "") },
    ],
    ["that is no code", `import { check } from "./mine.json";`, { "src/lib/mine.json": "{}" }],
    [
      "that means itself",
      `import { check } from "./mine";`,
      {
        "src/lib/mine.ts": `export { check } from "./far";`,
        "src/lib/far.ts": `export { check } from "./mine";`,
      },
    ],
    [
      "that means itself with everything",
      `import { check } from "./mine";`,
      { "src/lib/mine.ts": `export * from "./far";`, "src/lib/far.ts": `export * from "./mine";` },
    ],
    [
      "that only has the type of one",
      `import type { check } from "./mine"; declare const check: () => Promise<void>;`,
      { "src/lib/mine.ts": guard },
    ],
    [
      "that another of the same name comes before",
      `import { check } from "./mine";`,
      { "src/lib/mine.js": fake, "src/lib/mine.ts": guard },
    ],
    [
      "that has a default only by a star",
      `import check from "./mine";`,
      { "src/lib/mine.ts": `export * from "./far";`, "src/lib/far.ts": `${guard} export default check;` },
    ],
  ])("is none %s", async (_way, imports, files) => {
    expect(await verdictWith(imports, files)).toBe("unguarded");
  });
});

describe("the paths of tsconfig.json", () => {
  const config = `{
    // As people write it.
    "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./nowhere/*", "./src/*"], "@/auth/*": ["./auth/*"], "#auth": ["./src/auth"] }, },
  }`;

  test.each([
    ["a path", `import { check } from "@/mine";`, "src/mine.ts"],
    ["the longest path that fits", `import { check } from "@/auth/mine";`, "auth/mine.ts"],
    ["a name", `import { check } from "#auth";`, "src/auth/index.ts"],
    ["still SolidStart's ~", `import { check } from "~/mine";`, "src/mine.ts"],
  ])("lead to %s", async (_what, imports, path) => {
    // Which another path leads to.
    const others = { "tsconfig.json": config, "src/auth/mine.ts": path.includes("auth") ? fake : guard };
    expect(await verdictWith(imports, { ...others, [path]: guard })).toBe("guarded");
    expect(await verdictWith(imports, { ...others, [path]: fake })).toBe("unguarded");
  });

  test.each(["", "{", "[]", "{}", `{ "compilerOptions": 1 }`, `{ "compilerOptions": { "paths": [1] } }`])(
    "do not matter when the file is %j",
    async (text) => {
      const files = { "tsconfig.json": text, "src/mine.ts": guard };
      expect(await verdictWith(`import { check } from "~/mine";`, files)).toBe("guarded");
    },
  );
});
