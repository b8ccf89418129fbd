import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { environment, node24, tool } from "../../../scripts/lib/runtime.mjs";
import { run } from "../../../scripts/lib/steps.mjs";
import { seedApp } from "../../../scripts/lib/paths.mjs";

type Replacement = readonly [seed: string, ours: string];

const blocks = Array.from(
  read("seed.md").matchAll(/^```tsx filename="(?<file>[^"]+)"\n(?<code>.*?)^```$/gms),
  ({ groups }) => ({ file: groups!["file"]!, code: groups!["code"]! }),
);

/** All that may differ from the seed, anywhere. */
const IMPORT: Replacement = [`from "vinxi/http"`, `from "coatcheck/solid-start"`];
/** A query has a name and is exported to the page, which has a file of its own, as a page must. */
const QUERY: readonly Replacement[] = [
  [`import { cache, createAsync, redirect }`, `import { cache, redirect }`],
  [`const getStudents = cache`, `export const getStudents = cache`],
  [`"*");\n});`, `"*");\n}, "students");`],
];

const [query = "", page = ""] = blocks[3]!.code.split("// page component\n");

describe("the seed's code blocks", () => {
  test("are five, in the files that the seed names", () => {
    expect(blocks.map(({ file }) => file)).toEqual([
      "/lib/session.ts",
      "/lib/session.ts",
      "/lib/session.ts",
      "/routes/api/[house]/admin.ts",
      "/routes/session.server.ts",
    ]);
  });

  const asTyped: readonly [
    title: string,
    file: string,
    code: string,
    replacements: readonly Replacement[],
  ][] = [
    ["the empty getUser", "seed/get-user-1.ts", blocks[0]!.code, []],
    ["getUser with a session", "seed/get-user-2.ts", blocks[1]!.code, [IMPORT]],
    ["getUser", "seed/session.ts", blocks[2]!.code, [IMPORT]],
    ["the guarded query", "seed/students.ts", query.trimEnd() + "\n", QUERY],
    ["login and logout", "seed/auth.ts", blocks[4]!.code, [IMPORT]],
    [
      "login and logout with string ids",
      "seed/auth-by-string.ts",
      blocks[4]!.code,
      [IMPORT, ["userId?: number", "userId?: string"]],
    ],
  ];
  test.for(asTyped)("%s stand in the fixture as they were typed", ([, file, code, replacements]) => {
    let expected = code;
    for (const [seed, ours] of replacements) {
      expect(expected).toContain(seed);
      expected = expected.replace(seed, ours);
    }
    const source = read("src", file);
    // Before it: the directive and the imports of what the seed leaves to the reader.
    const before = source.slice(0, source.length - expected.length);
    expect(source.slice(before.length)).toBe(expected);
    expect(before.replaceAll(/^(?:import \{[^}]*\} from "\.\.?\/[^"]*";|"use server";)?\n/gm, "")).toBe("");
  });

  test("the page asks the query as the seed does, for the house in its address", () => {
    const [head, ask] = page.trim().split("\n");
    const source = read("src", "routes/houses/[house].tsx");
    expect(source).toContain(`// page component\n${head!.replace("()", "(props: RouteSectionProps)")}\n`);
    expect(source).toContain(ask!.slice(0, ask!.indexOf("())")));
  });

  test("type-check under strict", async () => {
    const { compilerOptions } = JSON.parse(read("tsconfig.json")) as { compilerOptions: { strict: boolean } };
    expect(compilerOptions.strict).toBe(true);
    const listed = await run(
      node24(),
      [tool("typescript", "tsc"), "-p", "tsconfig.json", "--listFilesOnly"],
      {
        cwd: seedApp,
        env: environment(),
      },
    );
    for (const [, file] of asTyped) expect(listed).toContain(`/src/${file}`);
    await run(node24(), [tool("typescript", "tsc"), "-p", "tsconfig.json"], {
      cwd: seedApp,
      env: environment(),
    });
  });
});

function read(...path: string[]): string {
  return readFileSync(join(seedApp, ...path), "utf8");
}
