import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rowsOf, type NamedTest } from "./named-tests.ts";
import { testTitles, type TitlePath } from "./test-titles.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

const titles = new Map<string, TitlePath[]>();
function titlesOf(file: string): TitlePath[] {
  if (!file.endsWith(".test.ts") || !existsSync(join(ROOT, file))) return [];
  if (!titles.has(file)) titles.set(file, testTitles(file, read(file)));
  return titles.get(file)!;
}

/** Whether a test has this title, inside the groups that are named before it. */
function isThere({ file, path }: NamedTest, found = titlesOf(file)): boolean {
  return found.some((titlePath) => path.every((title, n) => titlePath.at(n - path.length) === title));
}

const documents = [
  { document: "docs/threat-model.md", atLeast: 70 },
  { document: "docs/regressions.md", atLeast: 44 },
];

describe.each(documents)("$document", ({ document, atLeast }) => {
  const text = read(document);
  const rows = rowsOf(text);

  test("has no row without a test", () => {
    expect(rows.filter(({ tests }) => tests.length === 0).map(({ about }) => about)).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(atLeast);
    expect(rows.length).toBe(
      text.split("\n").filter((line) => /^\|(?! *(-|threat |fault ))/.test(line)).length,
    );
  });

  test("names no row twice", () => {
    const all = rows.map(({ about }) => about);
    expect(all.filter((about, n) => all.indexOf(about) !== n)).toEqual([]);
  });

  test("names only tests that are there", () => {
    const named = rows.flatMap(({ tests }) => tests);
    expect(
      named.filter((one) => !isThere(one)).map(({ file, path }) => `${file}: ${path.join(" > ")}`),
    ).toEqual([]);
  });

  test("names only files and places that are there", () => {
    const files = [...text.matchAll(/`((?:test|src|docs|scripts)\/[^`]+)`/g)].map(([, file]) => file!);
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
    const missing = links.filter((link) => {
      const [path = "", anchor] = link.split("#");
      const file = path === "" ? document : join("docs", path);
      return (
        !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchorsOf(read(file)).includes(anchor))
      );
    });
    expect([...files.filter((file) => !existsSync(join(ROOT, file))), ...missing]).toEqual([]);
  });
});

/** The places of a document that can be linked to, as GitHub names them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("the check of the documents", () => {
  const source = `
    describe.each(kinds)("a $kind session", () => {
      test("stays", () => {});
      test.each([1])("counts %s", () => {});
      it.for(ALL)(\`goes \${on}\`, () => {});
      test.skip("is not run", () => {});
      test.todo("is not written");
      describe.skip("never", () => { test("runs", () => {}); });
    });
    // test("in a comment", () => {});
    const text = 'test("in a text", () => {})';
    attest("is another function's", () => {});
    test("alone", async () => { expect(await only("inside")).toBe(1); });
  `;

  test("knows a test by its title and its groups, and what is not run for none", () => {
    expect(testTitles("a.test.ts", source)).toEqual([
      ["a $kind session", "stays"],
      ["a $kind session", "counts %s"],
      ["a $kind session", "goes ${on}"],
      ["alone"],
    ]);
  });

  test("finds a test by the end of its path, and no other", () => {
    const found = testTitles("a.test.ts", source);
    const named = (path: string) => isThere({ file: "a.test.ts", path: path.split(" > ") }, found);
    expect(["stays", "a $kind session > stays", "alone"].map(named)).toEqual([true, true, true]);
    const others = [
      "stay",
      "a $kind session",
      "alone > stays",
      "x > a $kind session > stays",
      "is not run",
      "runs",
      "",
    ];
    expect(others.filter(named)).toEqual([]);
    expect(isThere({ file: "test/no/such.test.ts", path: ["stays"] })).toBe(false);
    expect(isThere({ file: "", path: ["stays"] })).toBe(false);
  });

  test("refuses a file that it cannot read", () => {
    expect(() => testTitles("a.test.ts", "test(")).toThrow("a.test.ts cannot be parsed");
  });

  test("reads every row of the tables that name tests, and no other table", () => {
    const document = [
      "| threat | defence | test |",
      "| --- | :-- | ---- |",
      "| theft | limits | `test/a.test.ts`: stays<br>a group > goes<br>`test/b.test.ts`: is \\_one\\_ of `x` \\| y |",
      "| loss | none |  |",
      "",
      "| option | meaning |",
      "| ------ | ------- |",
      "| a | b |",
    ];
    expect(rowsOf(document.join("\n"))).toEqual([
      {
        about: "theft",
        tests: [
          { file: "test/a.test.ts", path: ["stays"] },
          { file: "test/a.test.ts", path: ["a group", "goes"] },
          { file: "test/b.test.ts", path: ["is _one_ of `x` | y"] },
        ],
      },
      { about: "loss", tests: [] },
    ]);
  });
});
