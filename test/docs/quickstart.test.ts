import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quickstartApp, root } from "../../scripts/lib/paths.mjs";
import { filesIn } from "./fences.ts";

const OWN = ["src/lib/auth.ts", "src/routes/login.tsx", "src/routes/index.tsx"];
/** What an empty application has. */
const TEMPLATE = [
  "package.json",
  "src/app.tsx",
  "src/entry-client.tsx",
  "src/entry-server.tsx",
  "tsconfig.json",
  "vite.config.ts",
];

const page = readFileSync(join(root, "docs", "quickstart.md"), "utf8");
const shown = filesIn(page);
const read = (file: string) => readFileSync(join(quickstartApp, file), "utf8");

test.each(OWN)("the page shows %s as it is built, line by line", (file) => {
  expect(shown.get(file)).toBe(read(file));
});

test("the application is an empty one and the files that the page shows", () => {
  const files = readdirSync(quickstartApp, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(quickstartApp.length + 1))
    .filter((file) => !/^(?:\.output|node_modules)[\\/]/.test(file));
  expect(files.toSorted()).toEqual([...TEMPLATE, ...OWN].toSorted());
});

test("what an empty application has knows nothing of the login", () => {
  const sources = TEMPLATE.filter((file) => file !== "package.json").map(read);
  expect(sources.filter((source) => /coatcheck|auth|login|session/i.test(source))).toEqual([]);
});

test("it takes 35 lines in three files at most", ({ task }) => {
  const counts = OWN.map(
    (file) =>
      read(file)
        .split("\n")
        .filter((line) => line.trim() !== "").length,
  );
  const lines = counts.reduce((sum, count) => sum + count, 0);
  task.meta.note = `quickstart: ${lines} lines in ${OWN.length} files, login, session and guard`;
  expect(OWN.length).toBeLessThanOrEqual(3);
  expect(lines).toBeLessThanOrEqual(35);
  // Lines as one writes them, which the formatter leaves alone.
  for (const file of OWN) for (const line of read(file).split("\n")) expect(line.length).toBeLessThan(111);
  expect(page).toContain(`three files,\n${lines} lines`);
});
